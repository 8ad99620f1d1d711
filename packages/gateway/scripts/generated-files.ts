// What is made from code, so that it cannot say something else than the code does: documents, and compiled code.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { operationsModules } from '@fairlead/dashboard/operations-module'
import loadWabt from 'wabt'
import { configJsonSchema } from '../src/config/json-schema.ts'
import { ERROR_TABLE } from '../src/core/errors.ts'
import { VERSION } from '../src/core/version.ts'
import { leastRole, neededScope } from '../src/http/control/api/access.ts'
import { openApiDocument } from '../src/http/control/api/openapi.ts'
import type { Route } from '../src/http/control/api/route.ts'
import { API_ROUTES } from '../src/http/control/routes.ts'

/** Path from the root of the repository -> text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['packages/gateway/src/core/json-skip-module.ts', await jsonSkipModule()],
    ['docs/fairlead.schema.json', configJsonSchema()],
    ['docs/errors.md', errorsPage()],
    ['docs/roles.md', rolesPage()],
    ['docs/openapi.json', `${JSON.stringify(openApi(), null, 2)}\n`],
    ...[...operationsModules(openApi())].map(
      ([file, text]) => [`packages/dashboard/src/api/generated/${file}`, text] as const,
    ),
  ])
}

async function jsonSkipModule(): Promise<string> {
  const file = 'json-skip.wat'
  const source = readFileSync(resolve(import.meta.dirname, '../src/core', file), 'utf8')
  const { buffer } = (await loadWabt()).parseWat(file, source).toBinary({})
  return `// Made by \`npm run generate\` from ${file}. Change it there.
export const JSON_SKIP_MODULE =
  '${Buffer.from(buffer).toString('base64')}'
`
}

/** As a gateway with nothing configured serves it at /api/openapi.json. */
function openApi(): Readonly<Record<string, unknown>> {
  return openApiDocument(API_ROUTES, { title: 'Fairlead', version: VERSION })
}

function errorsPage(): string {
  const rows = Object.entries(ERROR_TABLE).map(
    ([code, { status, type, meaning, fix }]) => `| ${status} | \`${code}\` | \`${type}\` | ${meaning} | ${fix} |`,
  )
  return `# Errors

<!-- Made by \`npm run generate\` from packages/gateway/src/core/errors.ts. Change it there. -->

Every error comes in the shape of the caller's format ([API](api.md#errors)). This is OpenAI's:
\`{"error": {"message", "type", "param", "code"}}\`, all four always there; \`param\` is the field at fault, or null. \`upstream_error\` also has a \`reason\`: \`all_failed\`, \`none_healthy\` or
\`all_limited\`. 429 and 503 carry a \`Retry-After\` header in whole seconds.

| HTTP | code | type | meaning | what to do |
|---|---|---|---|---|
${rows.join('\n')}

What a provider says about the request itself (its 400, 413 or 422) reaches the client with the provider's own code, such
as \`context_length_exceeded\` or \`content_filter\`. What it says about its own account (401, 402, 429, quota) never does.
The gateway sends no 502.
`
}

function rolesPage(): string {
  const rows = API_ROUTES.map(
    (route) =>
      `| \`${route.method} ${route.path}\` | ${keyCell(route)} | ${personCell(route)} | ${scopeCell(route)} | ${freshCell(route)} |`,
  )
  return `# Who may call what

<!-- Made by \`npm run generate\` from the table of routes, packages/gateway/src/http/control/routes.ts. Change it there. -->

Every route of the control plane ([people](people.md), [API](api.md)). A role counts in the account in which somebody acts,
and holds for all above it: owner, admin, developer, viewer. The master key may call all but what is for people alone.
A test sends each credential to each of these.

| Route | API key | People | Token scope | Fresh factor |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function keyCell({ access }: Route): string {
  if (access === 'keys:manage') return 'with `keys:manage`'
  return access === 'open' || access === 'key' ? 'yes' : ''
}

function personCell(route: Route): string {
  if (route.access === 'open') return 'everybody'
  const least = leastRole(route)
  if (route.access === 'operator') return least === null ? 'operator' : `${least}, operator`
  return least ?? 'logged in'
}

function scopeCell(route: Route): string {
  if (route.access === 'open') return ''
  const scope = neededScope(route)
  if (scope === null) return 'none will do'
  const isOperators = route.access === 'operator' && leastRole(route) === null
  return isOperators ? `\`${scope}\`, \`operator\`` : `\`${scope}\``
}

function freshCell({ stepUp }: Route): string {
  return stepUp === undefined ? '' : 'yes'
}
