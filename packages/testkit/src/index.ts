// The testkit: fake upstreams with faults, clients that misbehave, and the small tools that tests share.
export { type Deadline, Deadlines, deadlines, nowMs } from './deadlines.ts'
export { FramingError } from './http-body.ts'
export { HttpResponseReader, type RawResponse } from './http-response-reader.ts'
export { hashText, seededRandom } from './random.ts'
export { connectRaw, RawClient, type RawClientOptions } from './raw-client.ts'
export { openStream, type StreamCall, type StreamOptions, type StreamResult, type TimedEvent } from './sse-client.ts'
export { type SseEvent, SseReader } from './sse-reader.ts'
export { type Answer, answerOf, countTokens } from './upstream/answer.ts'
export {
  CERTIFICATE_KINDS,
  type CertificateKind,
  testCertificate,
  type TestCertificate,
} from './upstream/certificates.ts'
export type { Dialect, Incoming, Reply, StreamEvent, StreamReply, WholeReply } from './upstream/dialects/dialect.ts'
export { openAiDialect, type OpenAiOptions } from './upstream/dialects/openai/index.ts'
export { datedModel } from './upstream/dialects/openai/wire.ts'
export { FakeUpstream, type FakeUpstreamOptions, startFakeUpstream } from './upstream/fake-upstream.ts'
export { CHUNK_DAMAGES, type ChunkDamage, type Fault, USAGE_LIES, type UsageLie } from './upstream/fault.ts'
export type { FaultScope } from './upstream/fault-book.ts'
export { parseFault } from './upstream/fault-text.ts'
export { Ledger, type LedgerBounds, type LedgerEntry, type LedgerTotals } from './upstream/ledger.ts'
export type { TlsMode } from './upstream/listener.ts'
export {
  goDuration,
  RATE_LIMIT_FORMATS,
  type RateLimitFormat,
  rateLimitHeaders,
} from './upstream/rate-limit-headers.ts'
export { LAUNCHER, type RemoteLedger, spawnFakeUpstream, UpstreamProcess } from './upstream/process.ts'
export { refusal, REFUSAL_NAMES, type RefusalName, refusalsMeaning } from './upstream/refusals.ts'
export { DEFAULT_SCRIPT, type Directive, parseDirective, type Script } from './upstream/script.ts'
