// The dialect of Google's Gemini API and of Vertex AI: `generateContent`, `streamGenerateContent`, `countTokens` and the
// embedding methods. Reference: @google/genai 3.1, "Gemini API reference".

import type { ClientDialect, ProviderDialect } from '../../core/dialect.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeError } from './errors.ts'
import { GEMINI_FIELD_NAMES } from './field-names.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { GeminiStreamDecoder } from './stream-decoder.ts'
import { GeminiStreamEncoder } from './stream-encoder.ts'

export const geminiClient: ClientDialect = {
  name: 'gemini',
  fieldNames: GEMINI_FIELD_NAMES,
  decodeRequest,
  encodeAnswer,
  streamEncoder: (context) => new GeminiStreamEncoder(context),
  encodeError,
}

export const geminiProvider: ProviderDialect = {
  name: 'gemini',
  takesUrls: new Set(['image', 'file', 'audio', 'video']),
  encodeRequest,
  decodeAnswer,
  streamDecoder: () => new GeminiStreamDecoder(),
}
