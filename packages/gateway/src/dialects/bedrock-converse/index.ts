// Converse and ConverseStream of Amazon Bedrock, as a provider: no client speaks this dialect.

import type { ProviderDialect } from '../../core/dialect.ts'
import { encodeRequest } from './encode-request.ts'
import { decodeAnswer } from './response.ts'
import { ConverseStreamDecoder } from './stream-decoder.ts'

export const bedrockConverseProvider: ProviderDialect = {
  name: 'bedrock-converse',
  takesUrls: new Set(),
  encodeRequest,
  decodeAnswer,
  streamDecoder: () => new ConverseStreamDecoder(),
}
