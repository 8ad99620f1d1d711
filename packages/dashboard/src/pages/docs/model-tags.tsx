import type { ModelUse } from 'fairlead/connect/snippets/example.ts'
import { useState } from 'react'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Skeleton } from '../../ui/states.tsx'
import { docsMessages } from './messages/docs.ts'
import type { OfferedModels } from './offered-models.ts'

const SHOWN = 12

interface TagsProps {
  readonly models: OfferedModels
  readonly chosen: Readonly<Record<ModelUse, string>>
  readonly onChoose: (use: ModelUse, model: string) => void
}

export function ModelTags({ models, chosen, onChoose }: TagsProps) {
  const t = useMessages(docsMessages)
  if (models.isPending) return <Skeleton className="h-7 w-full max-w-md" />
  if (models.all.length === 0) return <p className="text-soft">{t('noModels')}</p>
  const names = { chat: t('useChat'), embeddings: t('useEmbeddings'), images: t('useImages') }
  return (
    <div className="flex flex-col gap-2.5">
      {(['chat', 'embeddings', 'images'] as const).map((use) => (
        <Tags
          key={use}
          label={t('modelsFor', { use: names[use] })}
          ids={models.of[use].map(({ id }) => id)}
          chosen={chosen[use]}
          onChoose={(id) => onChoose(use, id)}
        />
      ))}
    </div>
  )
}

interface RowProps {
  readonly label: string
  readonly ids: readonly string[]
  readonly chosen: string
  readonly onChoose: (id: string) => void
}

function Tags({ label, ids, chosen, onChoose }: RowProps) {
  const t = useMessages(docsMessages)
  const [isWhole, setWhole] = useState(false)
  if (ids.length === 0) return null
  const first = ids.slice(0, SHOWN)
  const shown = isWhole ? ids : first.includes(chosen) || !ids.includes(chosen) ? first : [chosen, ...first.slice(1)]
  return (
    <div role="group" aria-label={label} className="flex flex-wrap items-center gap-1.5">
      <span className="mr-1 min-w-36 text-sm text-soft">{label}</span>
      {shown.map((id) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === chosen}
          onClick={() => onChoose(id)}
          className={cx(
            'h-7 max-w-full truncate rounded-md border px-2 font-mono text-sm transition-colors max-sm:h-9',
            id === chosen
              ? 'border-accent bg-accent-soft text-accent'
              : 'border-line bg-surface hover:border-line-strong',
          )}
        >
          {id}
        </button>
      ))}
      {!isWhole && ids.length > shown.length && (
        <Button tone="quiet" size="sm" onClick={() => setWhole(true)}>
          {t('moreModels', { count: ids.length - shown.length })}
        </Button>
      )}
    </div>
  )
}
