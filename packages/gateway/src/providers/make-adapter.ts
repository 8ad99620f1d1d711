// What all adapters have in common, so that each provider's folder says only what is its own.

import type { ProviderConfig } from '../config/config.ts'
import { NO_QUIRKS, type Quirks } from '../config/quirks.ts'
import type { DialectName } from '../core/conversation.ts'
import type { FinishedRequest, Lines, ProviderAdapter, UnfinishedRequest, UpstreamTarget } from './adapter.ts'
import { linesOf } from './header-lines.ts'

export interface AdapterParts {
  readonly config: ProviderConfig
  readonly quirks?: Quirks
  readonly dialects: ProviderAdapter['dialects']
  /** Behind the path of `config.baseUrl`. */
  readonly path: ProviderAdapter['path']
  readonly framing?: ProviderAdapter['framing']
  /** Absent = bytes always pass, with the model's name in the body. */
  readonly passes?: ProviderAdapter['passes']
  /** Absent = never. */
  readonly namesMedia?: ProviderAdapter['namesMedia']
  readonly finish?: ProviderAdapter['finish']
  /** The lines that a secret and a dialect make. */
  readonly ownHeaders: (secret: string, dialect: DialectName) => Readonly<Record<string, string>>
  readonly sign?: NonNullable<ProviderAdapter['sign']>
  readonly forget?: ProviderAdapter['forget']
  readonly listsModels: boolean
}

export function makeAdapter(parts: AdapterParts): ProviderAdapter {
  const { config, dialects } = parts
  const basePath = URL.parse(config.baseUrl)?.pathname.replace(/\/+$/, '') ?? ''
  const lines = new Map<DialectName, Map<string, Lines>>()
  return {
    config,
    quirks: parts.quirks ?? NO_QUIRKS,
    dialects,
    dialectFor(client, model) {
      const spoken = dialects(model)
      return spoken.includes(client) ? client : (spoken[0] ?? 'openai-chat')
    },
    path(dialect, operation, model) {
      const path = parts.path(dialect, operation, model)
      return path === null ? null : basePath + path
    },
    framing: parts.framing ?? (() => 'sse'),
    passes: parts.passes ?? (() => true),
    namesMedia: parts.namesMedia ?? (() => false),
    finish: parts.finish ?? nameModel,
    headers(secret, dialect) {
      let bySecret = lines.get(dialect)
      if (bySecret === undefined) lines.set(dialect, (bySecret = new Map()))
      let known = bySecret.get(secret)
      if (known === undefined) bySecret.set(secret, (known = linesOf(config, parts.ownHeaders(secret, dialect))))
      return known
    },
    sign: parts.sign ?? null,
    forget: parts.forget ?? (() => undefined),
    listsModels: parts.listsModels,
  }
}

/** For dialects that name the model in the body. */
export function nameModel({ body, model, headers }: UnfinishedRequest): FinishedRequest {
  return { body: { ...body, model }, headers, dropped: [] }
}

/** For dialects that name it in the path. */
export function unnameModel({ body, headers }: UnfinishedRequest): FinishedRequest {
  const { model: _, ...rest } = body
  return { body: rest, headers, dropped: [] }
}

/** A model's name as one part of a path: `models/x` and ARNs have slashes and colons of their own (H98). */
export function pathPart(model: string): string {
  return encodeURIComponent(model)
}

const BY_URL = /"type"\s*:\s*"url"/

/** Claude on a cloud takes no addresses of images and files, where Claude at Anthropic does. */
export function claudeNamesMedia(target: UpstreamTarget, text: string): boolean {
  return target.dialect === 'anthropic-messages' && isGenerating(target) && BY_URL.test(text)
}

export function isGenerating({ operation }: UpstreamTarget): boolean {
  return operation === 'generate' || operation === 'stream'
}
