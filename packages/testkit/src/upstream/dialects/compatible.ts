// OpenAI's chat API under the addresses of others: the same dialect, another prefix.
import type { Dialect } from './dialect.ts'

/** Google's own, OpenRouter's, Z.ai's, Alibaba's, Fireworks', Vertex's. Groq's `/openai/v1` looks like Azure's and is answered there. */
const PREFIXES =
  /^\/(?:v1beta\/openai|api\/v1|api\/paas\/v4|compatible-mode\/v1|inference\/v1|v1(?:beta1)?\/projects\/[^/]+\/locations\/[^/]+\/endpoints\/openapi)(?=\/)/

/** @param responses answers what is a Responses call under the same prefix */
export function compatibleDialect(openai: Dialect, responses: Dialect): Dialect {
  const inner = (path: string): string => path.replace(PREFIXES, '/v1')
  return {
    ...openai,
    owns: (path) => PREFIXES.test(path),
    glance: (headers, path, body, query) => openai.glance(headers, inner(path), body, query),
    reply(incoming) {
      const path = inner(incoming.path)
      const dialect = responses.owns(path, incoming.headers, incoming.query) ? responses : openai
      return dialect.reply({ ...incoming, path })
    },
  }
}
