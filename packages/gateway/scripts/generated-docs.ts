// The documents that are made from code, so that they cannot say something else than the code does.
import { configJsonSchema } from '../src/config/json-schema.ts'
import { ERROR_TABLE } from '../src/core/errors.ts'
import { VERSION } from '../src/core/version.ts'
import { openApiDocument } from '../src/http/control/api/openapi.ts'
import { API_ROUTES } from '../src/http/control/routes.ts'

/** Path from the root of the repository -> text. */
export function generatedDocs(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/fairlead.schema.json', configJsonSchema()],
    ['docs/errors.md', errorsPage()],
    ['docs/openapi.json', openApi()],
  ])
}

/** As a gateway with nothing configured serves it at /api/openapi.json. */
function openApi(): string {
  return `${JSON.stringify(openApiDocument(API_ROUTES, { title: 'Fairlead', version: VERSION }), null, 2)}\n`
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
