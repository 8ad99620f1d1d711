// The endpoints whose requests are relayed in OpenAI's dialect.

export interface Endpoint {
  /** The path of ours, with `/v1`. */
  readonly path: string
  /** What is put behind a provider's base URL. */
  readonly upstreamPath: string
  /** `chat`: chunks that end in `[DONE]`; `raw`: events that are passed on as they are; `none`: JSON only. */
  readonly stream: 'chat' | 'raw' | 'none'
  /** Whether answers are counted in generated tokens. */
  readonly kind: 'generation' | 'other'
}

export const ENDPOINTS: readonly Endpoint[] = [
  { path: '/v1/chat/completions', upstreamPath: '/chat/completions', stream: 'chat', kind: 'generation' },
  { path: '/v1/completions', upstreamPath: '/completions', stream: 'chat', kind: 'generation' },
  { path: '/v1/embeddings', upstreamPath: '/embeddings', stream: 'none', kind: 'other' },
  { path: '/v1/images/generations', upstreamPath: '/images/generations', stream: 'raw', kind: 'other' },
  { path: '/v1/moderations', upstreamPath: '/moderations', stream: 'none', kind: 'other' },
]

export const ENDPOINT_BY_PATH: ReadonlyMap<string, Endpoint> = new Map(
  ENDPOINTS.map((endpoint) => [endpoint.path, endpoint]),
)
