// OpenAI's chat completions: what most clients speak, and most servers.
//
// Where client and upstream both speak it, the bytes go through (`pass-*.ts`) and nothing else here runs.

import type { ClientDialect, ProviderDialect } from '../../core/dialect.ts'
import { decodeAnswer } from './decode-response.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeAnswer } from './encode-response.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeError } from './errors.ts'
import { ChatStreamDecoder } from './stream-decoder.ts'
import { ChatStreamEncoder } from './stream-encoder.ts'
import { CHAT, FIELD_NAMES } from './wire.ts'

export const openaiChatClient: ClientDialect = Object.freeze({
  name: CHAT,
  fieldNames: FIELD_NAMES,
  decodeRequest,
  encodeAnswer,
  streamEncoder: (context) => new ChatStreamEncoder(context),
  encodeError,
} satisfies ClientDialect)

export const openaiChatProvider: ProviderDialect = Object.freeze({
  name: CHAT,
  takesUrls: new Set(['image'] as const),
  encodeRequest,
  decodeAnswer,
  streamDecoder: () => new ChatStreamDecoder(),
} satisfies ProviderDialect)
