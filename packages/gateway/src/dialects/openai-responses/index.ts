// OpenAI's Responses API, as clients speak it and as upstreams do. Stateless: what a response was continued from is
// resolved elsewhere.

import type { ClientDialect, ProviderDialect } from '../../core/dialect.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeError } from './errors.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { ResponsesStreamDecoder } from './stream-decoder.ts'
import { ResponsesStreamEncoder } from './stream-encoder.ts'
import { fieldNames, OWN } from './wire.ts'

export { isChatShaped, isResponsesShaped } from './shapes.ts'

export const openaiResponsesClient: ClientDialect = {
  name: OWN,
  fieldNames,
  decodeRequest,
  encodeAnswer,
  streamEncoder: (context) => new ResponsesStreamEncoder(context),
  encodeError,
}

export const openaiResponsesProvider: ProviderDialect = {
  name: OWN,
  takesUrls: new Set(['image', 'file']),
  encodeRequest,
  decodeAnswer,
  streamDecoder: () => new ResponsesStreamDecoder(),
}
