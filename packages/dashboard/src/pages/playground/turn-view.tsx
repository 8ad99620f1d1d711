import { Wrench } from 'lucide-react'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Notice } from '../../ui/notice.tsx'
import { Markdown } from './markdown/markdown.tsx'
import { playgroundMessages } from './messages.ts'
import type { Figures, ModelTurn, ToolCall, Turn } from './thread.ts'

export function TurnView({ turn, model }: { readonly turn: Turn; readonly model: string }) {
  const t = useMessages(playgroundMessages)
  if (turn.by === 'model') return <ModelView turn={turn} model={model} />
  return (
    <article aria-label={t('you')} className="ml-6 self-end rounded-lg bg-accent-soft px-3 py-2">
      {turn.image !== null && <img src={turn.image} alt={t('image')} className="mb-1.5 max-h-40 rounded-md" />}
      <p className="break-words whitespace-pre-wrap">{turn.text}</p>
    </article>
  )
}

function ModelView({ turn, model }: { readonly turn: ModelTurn; readonly model: string }) {
  const t = useMessages(playgroundMessages)
  const { text, reasoning, toolCalls, picture, state, message, figures } = turn
  const isSilent = text === '' && toolCalls.length === 0 && picture === null
  return (
    <article
      aria-label={t('answer', { model })}
      aria-busy={state === 'running'}
      className="flex min-w-0 flex-col gap-2"
    >
      {reasoning !== '' && (
        <details className="rounded-md border border-line px-3 py-2 text-sm text-soft">
          <summary>{t('reasoning')}</summary>
          <p className="mt-1.5 break-words whitespace-pre-wrap">{reasoning}</p>
        </details>
      )}
      {text !== '' && <Markdown text={text} />}
      {toolCalls.map((call, index) => (
        <ToolView key={index} call={call} />
      ))}
      {picture !== null && (
        <img src={picture} alt={t('picture', { model })} className="max-w-full rounded-md border border-line" />
      )}
      {state === 'running' && isSilent && <p className="animate-pulse text-soft">{t('thinking')}</p>}
      {state === 'stopped' && <p className="text-sm text-soft">{t('stopped')}</p>}
      {state === 'failed' && <Notice tone="bad">{message === null ? t('lost') : t('failed', { message })}</Notice>}
      {figures !== null && <FiguresView figures={figures} />}
    </article>
  )
}

function ToolView({ call: { name, argumentsText, result } }: { readonly call: ToolCall }) {
  const t = useMessages(playgroundMessages)
  return (
    <div className="rounded-md border border-line bg-sunken px-3 py-2 text-sm">
      <p className="flex items-center gap-1.5 font-medium">
        <Wrench aria-hidden className="size-3.5 text-soft" />
        {t('toolCalled', { name })}
      </p>
      <p className="mt-1 font-mono break-all text-soft">{argumentsText}</p>
      {result !== null && (
        <p className="mt-1 break-words">
          <span className="text-soft">{t('toolReturned')}</span> <span className="font-mono">{result}</span>
        </p>
      )}
    </div>
  )
}

function FiguresView({ figures }: { readonly figures: Figures }) {
  const t = useMessages(playgroundMessages)
  const format = useFormatter()
  const { firstTokenMs, totalMs, inputTokens, outputTokens, cost } = figures
  const facts = [
    ...(firstTokenMs === null ? [] : [t('firstToken', { time: format.duration(firstTokenMs) })]),
    t('total', { time: format.duration(totalMs) }),
    ...(inputTokens === null || outputTokens === null
      ? []
      : [t('tokens', { input: format.number(inputTokens), output: format.number(outputTokens) })]),
    ...(cost === null ? [] : [format.money(cost)]),
  ]
  return <p className="tabular text-xs text-soft">{facts.join(' · ')}</p>
}
