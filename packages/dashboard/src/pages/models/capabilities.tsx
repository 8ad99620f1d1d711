import { useMessages } from '../../i18n/use-messages.ts'
import type { PlainKey } from '../../i18n/catalogue.ts'
import { Badge } from '../../ui/badge.tsx'
import { modelsMessages } from './messages.ts'

const NAMES: Readonly<Record<string, PlainKey<typeof modelsMessages>>> = {
  chat: 'chat',
  completions: 'completions',
  embeddings: 'embeddings',
  image: 'image',
  moderation: 'moderation',
  vision: 'vision',
  tools: 'tools',
  reasoning: 'reasoning',
}

/** What the catalogue calls it, in the reader's language. */
export function useCapabilityName(): (capability: string) => string {
  const t = useMessages(modelsMessages)
  return (capability) => {
    const key = NAMES[capability]
    return key === undefined ? capability : t(key)
  }
}

export function Capabilities({ of }: { readonly of: readonly string[] }) {
  const nameOf = useCapabilityName()
  return (
    <span className="flex flex-wrap gap-1">
      {of.map((capability) => (
        <Badge key={capability}>{nameOf(capability)}</Badge>
      ))}
    </span>
  )
}
