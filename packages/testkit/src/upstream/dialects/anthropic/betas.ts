// Which `anthropic-beta` names are known where. A gateway that passes a strange one on gets what real users got: a 400.
import { BadRequest } from '../dialect.ts'
import type { Json } from '../json.ts'
import { BETA_FIELDS } from './shapes.ts'

/** Anthropic's own: whatever looks like a feature and a date. */
const DATED = /^[a-z0-9]+(?:-[a-z0-9]+)*-20\d\d-\d\d-\d\d$|^claude-code-20\d{6}$|^oauth-20\d\d-\d\d-\d\d$/

/** What Bedrock takes in `anthropic_beta`; Vertex takes about the same. */
const HOSTED = new Set([
  'computer-use-2024-10-22',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'token-efficient-tools-2025-02-19',
  'output-128k-2025-02-19',
  'interleaved-thinking-2025-05-14',
  'dev-full-thinking-2025-05-14',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'effort-2025-11-24',
  'tool-search-tool-2025-10-19',
  'tool-examples-2025-10-29',
  'fine-grained-tool-streaming-2025-05-14',
])

/** Throws BadRequest for a beta that Anthropic does not know, and for a member without its beta. */
export function checkBetas(betas: readonly string[], request: Json, hosted: boolean): void {
  for (const beta of betas) {
    if (hosted ? HOSTED.has(beta) : DATED.test(beta)) continue
    if (hosted) throw new BadRequest('invalid beta flag')
    throw new BadRequest(
      `Unexpected value(s) \`${beta}\` for the \`anthropic-beta\` header. Please consult our documentation at docs.claude.com or try again without the header.`,
    )
  }
  for (const [name, needed] of Object.entries(BETA_FIELDS)) {
    if (request[name] === undefined || betas.some((beta) => needed.test(beta))) continue
    throw new BadRequest(`${name}: Extra inputs are not permitted`)
  }
  if (!hosted) return
  for (const [index, tool] of (Array.isArray(request['tools']) ? request['tools'] : []).entries()) {
    for (const [name, beta] of [
      ['defer_loading', 'tool-search-tool-2025-10-19'],
      ['input_examples', 'tool-examples-2025-10-29'],
    ] as const) {
      if (Reflect.get(Object(tool), name) === undefined || betas.includes(beta)) continue
      throw new BadRequest(`tools.${index}.custom.${name}: Extra inputs are not permitted`)
    }
  }
}
