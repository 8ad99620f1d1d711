// "Test my set-up": from the moment it is switched on, the newest call of the account as the gateway has written it down.
import { Link } from '@tanstack/react-router'
import type { Guide } from 'fairlead/connect/tool.ts'
import { LoaderCircle } from 'lucide-react'
import { useState } from 'react'
import type { Request } from '../../api/generated/operations.ts'
import { useApi } from '../../api/hooks.ts'
import { useSession } from '../../app/session.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Details } from '../../ui/card.tsx'
import { Code, CodeBlock } from '../../ui/copy.tsx'
import { Notice } from '../../ui/notice.tsx'
import { connectMessages } from './messages/connect.ts'
import { wordMessages } from './messages/words.ts'

const LOOK_EVERY_MS = 1_000
/** Clocks of browsers and gateways differ; calls from before are told apart by the list that was there. */
const LISTED = 20

interface VerifyProps {
  readonly toolName: string
  readonly verify: Guide['verify']
}

export function VerifyCard({ toolName, verify }: VerifyProps) {
  const t = useMessages(connectMessages)
  const say = useMessages(wordMessages)
  const session = useSession()
  const [watch, setWatch] = useState<{ readonly known: ReadonlySet<string>; readonly since: number } | null>(null)
  const calls = useApi(
    'listRequests',
    { query: { limit: LISTED } },
    {
      enabled: session !== null,
      staleMs: 0,
      ...(watch === null ? {} : { refetchIntervalMs: LOOK_EVERY_MS }),
    },
  )
  const arrived = watch === null ? [] : (calls.data?.data ?? []).filter(({ id }) => !watch.known.has(id))
  const call = arrived.find(({ endpoint }) => endpoint === verify.endpoint) ?? arrived[0]

  const start = async (): Promise<void> => {
    const { data } = await calls.refetch()
    setWatch({ known: new Set((data?.data ?? []).map(({ id }) => id)), since: Date.now() / 1000 })
  }
  return (
    <Card title={t('verify')} description={t('verifyText')}>
      {verify.command === null ? (
        <p>{say('verify.by-hand')}</p>
      ) : (
        <>
          <p className="mb-1.5">{t('verifyRun')}</p>
          <CodeBlock title="Terminal" label={verify.command} code={verify.command} />
        </>
      )}
      <div className="mt-3" aria-live="polite">
        {session === null ? (
          <p className="text-soft">{t('verifyLogIn')}</p>
        ) : watch === null ? (
          <Button tone="primary" busy={calls.isFetching && !calls.isFetched} onClick={() => void start()}>
            {t('watch')}
          </Button>
        ) : call === undefined ? (
          <Waiting endpoint={verify.endpoint} since={watch.since} onStop={() => setWatch(null)} />
        ) : (
          <Trace call={call} toolName={toolName} endpoint={verify.endpoint} onAgain={() => void start()} />
        )}
      </div>
    </Card>
  )
}

interface WaitingProps {
  readonly endpoint: string
  readonly since: number
  readonly onStop: () => void
}

function Waiting({ endpoint, since, onStop }: WaitingProps) {
  const t = useMessages(connectMessages)
  const format = useFormatter()
  return (
    <div className="flex flex-wrap items-start justify-between gap-3">
      <div className="flex min-w-0 gap-2.5">
        <LoaderCircle aria-hidden className="mt-0.5 size-4 shrink-0 animate-spin text-accent" />
        <div className="min-w-0">
          <p className="break-words">{t('watching', { endpoint })}</p>
          <p className="text-sm text-soft">{t('watchingSince', { time: format.time(since) })}</p>
          <p className="text-sm text-soft">{t('nothingYet')}</p>
        </div>
      </div>
      <Button size="sm" onClick={onStop}>
        {t('stop')}
      </Button>
    </div>
  )
}

interface TraceProps {
  readonly call: Request
  readonly toolName: string
  readonly endpoint: string
  readonly onAgain: () => void
}

function Trace({ call, toolName, endpoint, onAgain }: TraceProps) {
  const t = useMessages(connectMessages)
  const format = useFormatter()
  const isWell = call.status < 400
  const isExpected = call.endpoint === endpoint
  const sentence = !isWell
    ? t('arrivedFailed', { status: `${call.status}${call.error === null ? '' : ` ${call.error}`}` })
    : isExpected
      ? t('arrived')
      : t('arrivedElsewhere', { tool: toolName })
  return (
    <div className="flex flex-col gap-3">
      <Notice tone={isWell ? (isExpected ? 'good' : 'warn') : 'bad'} title={sentence} />
      <Details
        items={[
          { label: t('traceEndpoint'), value: <Code>{call.endpoint}</Code> },
          { label: t('traceModel'), value: <Code>{call.model}</Code> },
          {
            label: t('traceStatus'),
            value: `${call.status}${call.error === null ? '' : ` ${call.error}`}${call.stream ? `, ${t('traceStream')}` : ''}`,
          },
          { label: t('traceKey'), value: <Code>{call.key}</Code> },
          { label: t('traceDuration'), value: format.duration(call.duration_ms) },
          ...(call.first_byte_ms === null
            ? []
            : [{ label: t('traceFirst'), value: format.duration(call.first_byte_ms) }]),
          {
            label: t('traceTokens'),
            value: t('traceTokensValue', {
              input: format.number(call.tokens.input),
              output: format.number(call.tokens.output),
            }),
          },
        ]}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Button size="sm" onClick={onAgain}>
          {t('again')}
        </Button>
        <Link to="/requests/$requestId" params={{ requestId: call.id }} className="link">
          {t('traceOpen')}
        </Link>
      </div>
    </div>
  )
}
