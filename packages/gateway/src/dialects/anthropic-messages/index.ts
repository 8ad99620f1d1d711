// Anthropic's Messages API, both sides.

import type { ClientDialect, ProviderDialect } from '../../core/dialect.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeError } from './errors.ts'
import { FIELD_NAMES } from './field-names.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { MessagesStreamDecoder } from './stream-decoder.ts'
import { MessagesStreamEncoder } from './stream-encoder.ts'
import { DIALECT } from './wire.ts'

export const anthropicMessagesClient: ClientDialect = {
  name: DIALECT,
  fieldNames: FIELD_NAMES,
  decodeRequest,
  encodeAnswer,
  streamEncoder: (context) => new MessagesStreamEncoder(context),
  encodeError,
}

export const anthropicMessagesProvider: ProviderDialect = {
  name: DIALECT,
  takesUrls: new Set(['image', 'file']),
  encodeRequest,
  decodeAnswer,
  streamDecoder: () => new MessagesStreamDecoder(),
}
