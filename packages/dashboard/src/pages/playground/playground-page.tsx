// Models tried by hand: the page is a client of /v1 like any other, with a key of its own that ends with the session.
import { Code2, MessageSquare, Plus, RotateCcw, X } from 'lucide-react'
import { useState } from 'react'
import { hasRole, usePerson } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { cx } from '../../ui/cx.ts'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Select } from '../../ui/select.tsx'
import { EmptyState, SkeletonLines } from '../../ui/states.tsx'
import { chosenModel, useOfferedModels } from '../docs/offered-models.ts'
import { AsCode } from './as-code.tsx'
import { Composer } from './composer.tsx'
import { playgroundMessages } from './messages.ts'
import { EMPTY_DRAFT, ParametersCard, parametersOf } from './parameters-card.tsx'
import { MOST_MODELS, playgroundRoute } from './routes.ts'
import type { Turn } from './thread.ts'
import { TurnView } from './turn-view.tsx'
import { useThreads } from './use-threads.ts'

const NO_TURNS: readonly Turn[] = []
const COLUMNS = ['', '', 'md:grid-cols-2', 'md:grid-cols-2 2xl:grid-cols-3', 'md:grid-cols-2 2xl:grid-cols-4']

export function PlaygroundPage() {
  const t = useMessages(playgroundMessages)
  const session = usePerson()
  const search = playgroundRoute.useSearch()
  const navigate = playgroundRoute.useNavigate()
  const offered = useOfferedModels()
  const control = useThreads()
  const [draft, setDraft] = useState(EMPTY_DRAFT)
  const [codeOf, setCodeOf] = useState<string | null>(null)
  const ids = [...new Set([...offered.of.chat, ...offered.of.images].map(({ id }) => id))]
  const chosen = search.models ?? [chosenModel('chat', undefined, offered)]
  const parameters = parametersOf(draft)
  const choose = (models: readonly string[]): void =>
    void navigate({ search: { models: [...new Set(models)] }, replace: true })
  const free = ids.find((id) => !chosen.includes(id))
  const mayAsk = session.isOperator || hasRole(session, 'developer')

  return (
    <Page
      title={t('title')}
      description={t('description')}
      width="wide"
      actions={
        <>
          <Button icon={<RotateCcw aria-hidden className="size-4" />} onClick={control.clear}>
            {t('clear')}
          </Button>
          <Button
            icon={<Code2 aria-hidden className="size-4" />}
            disabled={parameters === null}
            onClick={() => setCodeOf(chosen[0] ?? null)}
          >
            {t('asCode')}
          </Button>
        </>
      }
    >
      {!mayAsk && <Notice tone="warn">{t('viewer')}</Notice>}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 xl:grid-cols-[minmax(0,1fr)_18rem]">
        <div className="flex min-w-0 flex-col gap-4">
          {offered.isPending ? (
            <SkeletonLines />
          ) : ids.length === 0 ? (
            <Card>
              <EmptyState title={t('noModels')} />
            </Card>
          ) : (
            <div className={cx('grid grid-cols-[minmax(0,1fr)] gap-4', COLUMNS[chosen.length])}>
              {chosen.map((model, index) => (
                <section
                  key={model}
                  aria-label={model}
                  className="flex min-w-0 flex-col rounded-lg border border-line bg-surface"
                >
                  <div className="flex items-center gap-2 border-b border-line p-2">
                    <Select
                      aria-label={t('model', { number: index + 1 })}
                      className="min-w-0 flex-1"
                      value={model}
                      onChange={(next) => choose(chosen.map((one) => (one === model ? next : one)))}
                      options={[...new Set([model, ...ids])].map((value) => ({ value, label: value }))}
                    />
                    {chosen.length > 1 && (
                      <IconButton
                        label={t('removeModel', { model })}
                        size="sm"
                        onClick={() => choose(chosen.filter((one) => one !== model))}
                      >
                        <X aria-hidden className="size-3.5" />
                      </IconButton>
                    )}
                  </div>
                  <Thread model={model} turns={control.threads[model] ?? NO_TURNS} />
                </section>
              ))}
            </div>
          )}
          {chosen.length < MOST_MODELS && free !== undefined && (
            <div>
              <Button
                size="sm"
                tone="quiet"
                icon={<Plus aria-hidden className="size-4" />}
                onClick={() => choose([...chosen, free])}
              >
                {t('addModel')}
              </Button>
            </div>
          )}
          <Composer
            isRunning={control.isRunning}
            disabled={!mayAsk || parameters === null || ids.length === 0}
            onStop={control.stop}
            onAsk={(turn) => {
              if (parameters === null) return
              const images = new Set(offered.of.images.map(({ id }) => id))
              control.ask(turn, {
                models: chosen,
                makesImages: (model) => images.has(model),
                parameters,
                account: session.accountId,
              })
            }}
          />
        </div>
        <ParametersCard draft={draft} onChange={setDraft} />
      </div>
      {codeOf !== null && parameters !== null && (
        <AsCode
          model={codeOf}
          turns={control.threads[codeOf] ?? NO_TURNS}
          parameters={parameters}
          onClose={() => setCodeOf(null)}
        />
      )}
    </Page>
  )
}

function Thread({ model, turns }: { readonly model: string; readonly turns: readonly Turn[] }) {
  const t = useMessages(playgroundMessages)
  if (turns.length === 0) {
    return (
      <EmptyState className="justify-center sm:min-h-56" icon={<MessageSquare />} title={t('empty')}>
        {t('emptyText')}
      </EmptyState>
    )
  }
  return (
    <div
      className="flex max-h-[60dvh] min-h-56 flex-col gap-4 overflow-y-auto p-3"
      tabIndex={0}
      role="log"
      aria-label={model}
    >
      {turns.map((turn, index) => (
        <TurnView key={index} turn={turn} model={model} />
      ))}
    </div>
  )
}
