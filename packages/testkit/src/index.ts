// The testkit: fake upstreams with faults, clients that misbehave, and the small tools that tests share.
export { call, CallReply, type CallOptions } from './clients/http.ts'
export { decodeFrames, type Frame } from './clients/frames.ts'
export { type Deadline, Deadlines, deadlines, nowMs } from './deadlines.ts'
export { FramingError } from './http-body.ts'
export { HttpResponseReader, type RawResponse } from './http-response-reader.ts'
export { hashText, seededRandom } from './random.ts'
export { connectRaw, RawClient, type RawClientOptions } from './raw-client.ts'
export { openStream, type StreamCall, type StreamOptions, type StreamResult, type TimedEvent } from './sse-client.ts'
export { type SseEvent, SseReader } from './sse-reader.ts'
export { bedrockEvent, bedrockException, encodeFrame } from './bedrock-frames.ts'
export {
  type Answer,
  type AnswerPart,
  type AnswerUsage,
  countTokens,
  type Question,
  type Stop,
  STOPS,
} from './upstream/answer.ts'
export {
  CERTIFICATE_KINDS,
  type CertificateKind,
  testCertificate,
  type TestCertificate,
} from './upstream/certificates.ts'
export { allDialects, type DialectOptions } from './upstream/dialects/all.ts'
export type { AnthropicOptions } from './upstream/dialects/anthropic/index.ts'
export type { AzureOptions } from './upstream/dialects/azure/index.ts'
export type { BedrockOptions } from './upstream/dialects/bedrock/index.ts'
export type { Dialect, Incoming, Reply, StreamEvent, StreamReply, WholeReply } from './upstream/dialects/dialect.ts'
export type { GeminiOptions } from './upstream/dialects/gemini/index.ts'
export type { OAuthOptions } from './upstream/dialects/oauth.ts'
export { openAiDialect, type OpenAiOptions } from './upstream/dialects/openai/index.ts'
export { datedModel } from './upstream/dialects/openai/wire.ts'
export {
  FakeUpstream,
  type FakeUpstreamOptions,
  startFakeProvider,
  startFakeUpstream,
} from './upstream/fake-upstream.ts'
export { CHUNK_DAMAGES, type ChunkDamage, type Fault, USAGE_LIES, type UsageLie } from './upstream/fault.ts'
export type { FaultScope } from './upstream/fault-book.ts'
export { parseFault } from './upstream/fault-text.ts'
export {
  type DialectTotals,
  Ledger,
  type LedgerBounds,
  type LedgerEntry,
  type LedgerTotals,
} from './upstream/ledger.ts'
export type { TlsMode } from './upstream/listener.ts'
export {
  goDuration,
  NATIVE_RATE_LIMIT_FORMATS,
  RATE_LIMIT_FORMATS,
  type RateLimitFormat,
  rateLimitHeaders,
} from './upstream/rate-limit-headers.ts'
export { LAUNCHER, type RemoteLedger, spawnFakeUpstream, UpstreamProcess } from './upstream/process.ts'
export { NATIVE_REFUSAL_NAMES, refusal, REFUSAL_NAMES, type RefusalName, refusalsMeaning } from './upstream/refusals.ts'
export { DEFAULT_SCRIPT, type Directive, parseDirective, type Script } from './upstream/script.ts'
export type {
  AnswerScope,
  AnswerSource,
  ScriptedAnswer,
  ScriptedPart,
  ScriptedReasoning,
  ScriptedToolCall,
} from './upstream/scripted-answer.ts'
export { type Trouble, TROUBLE_KINDS, type TroubleKind } from './upstream/trouble.ts'
export {
  acceptKey,
  closePayload,
  encodeFrame as encodeSocketFrame,
  FrameReader,
  type SocketFrame,
} from './websocket/frames.ts'
export { openRawSocket, type RawSocket, type RawSocketOptions, UpgradeRefused } from './websocket/raw-socket.ts'
export {
  type ReceivedFrame,
  startSocketUpstream,
  type SocketUpstream,
  type Steering,
} from './websocket/socket-upstream.ts'
