import { ArrowLeft } from 'lucide-react'
import type { Reply } from '../../api/client.ts'
import { ApiError } from '../../api/errors.ts'
import { useApi } from '../../api/hooks.ts'
import { usePerson } from '../../app/session.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card, Details, Stat } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { useKeyNames } from '../usage/key-names.ts'
import { requestsMessages } from './messages.ts'
import { RequestMoney } from './request-money.tsx'
import { RequestPrice } from './request-price.tsx'
import { RequestTimeline } from './request-timeline.tsx'
import { requestRoute } from './routes.ts'
import { StatusBadge } from './status-badge.tsx'

export type RequestDetail = Reply<'getRequest'>

export function RequestPage() {
  const t = useMessages(requestsMessages)
  const { requestId } = requestRoute.useParams()
  const { isOperator } = usePerson()
  // Operators see who was asked, and whose call it is.
  const settings = isOperator ? { account: null } : {}
  const request = useApi('getRequest', { params: { request_id: requestId } }, { staleMs: Infinity, ...settings })
  const isMissing = request.error instanceof ApiError && request.error.status === 404
  return (
    <Page
      title={t('oneTitle')}
      width="wide"
      description={
        <span className="flex flex-wrap items-center gap-1 font-mono text-sm break-all">
          {requestId}
          <CopyButton small tone="quiet" text={requestId} label={t('requestId')} />
        </span>
      }
      actions={
        <ButtonLink to="/requests" icon={<ArrowLeft aria-hidden className="size-4" />}>
          {t('back')}
        </ButtonLink>
      }
    >
      {isMissing ? (
        <Card>
          <EmptyState title={t('notFound')}>{t('notFoundHint')}</EmptyState>
        </Card>
      ) : (
        <Loaded query={request}>{(data) => <Detail request={data} />}</Loaded>
      )}
    </Page>
  )
}

function Detail({ request }: { readonly request: RequestDetail }) {
  const t = useMessages(requestsMessages)
  const f = useFormatter()
  const { tokens } = request
  return (
    <>
      <Card as="div">
        <div className="grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-3 xl:grid-cols-6">
          <Stat
            label={t('status')}
            value={<StatusBadge status={request.status} error={request.error} />}
            note={request.error ?? undefined}
          />
          <Stat label={t('model')} value={<span title={request.model}>{request.model}</span>} />
          <Stat label={t('duration')} value={f.duration(request.duration_ms)} />
          <Stat
            label={t('firstToken')}
            value={request.stream && request.first_byte_ms !== null ? f.duration(request.first_byte_ms) : '—'}
          />
          <Stat label={t('tokens')} value={`${f.numberShort(tokens.input)} / ${f.numberShort(tokens.output)}`} />
          <Stat label={t('cost')} value={f.money(request.cost)} />
        </div>
      </Card>
      <Card title={t('timeline')}>
        <RequestTimeline request={request} />
      </Card>
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
        <Tokens request={request} />
        <RequestMoney request={request} />
      </div>
      <RequestPrice request={request} />
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
        <Facts request={request} />
        {request.provider !== undefined && <OperatorFacts request={request} />}
      </div>
      <Notice>{t('noPrompts')}</Notice>
    </>
  )
}

/** A class, and its parts under it. */
function Tokens({ request }: { readonly request: RequestDetail }) {
  const t = useMessages(requestsMessages)
  const f = useFormatter()
  const { tokens } = request
  const parts = [
    [t('inputAll'), tokens.input, false],
    [t('cacheRead'), tokens.cache_read, true],
    [t('cacheWrite5m'), tokens.cache_write_5m, true],
    [t('cacheWrite1h'), tokens.cache_write_1h, true],
    [t('audioInput'), tokens.audio_input, true],
    [t('imageInput'), tokens.image_input, true],
    [t('outputAll'), tokens.output, false],
    [t('reasoning'), tokens.reasoning, true],
    [t('audioOutput'), tokens.audio_output, true],
    [t('imageOutput'), tokens.image_output, true],
    [t('images'), tokens.images, true],
    [t('webSearches'), tokens.web_searches, true],
  ] as const
  return (
    <Card title={t('tokensTitle')}>
      <dl className="flex flex-col gap-1.5">
        {parts
          .filter(([, count, isPart]) => !isPart || count > 0)
          .map(([label, count, isPart]) => (
            <div key={label} className="flex items-baseline justify-between gap-4">
              <dt className={isPart ? 'pl-4 text-soft' : ''}>{label}</dt>
              <dd className={`tabular m-0 ${isPart ? 'text-soft' : 'font-medium'}`}>{f.number(count)}</dd>
            </div>
          ))}
      </dl>
      {request.tokens_estimated && <p className="mt-3 text-sm text-soft">{t('estimated')}</p>}
    </Card>
  )
}

function Facts({ request }: { readonly request: RequestDetail }) {
  const t = useMessages(requestsMessages)
  const f = useFormatter()
  const { nameOf } = useKeyNames()
  const { error } = request
  return (
    <Card title={t('details')}>
      <Details
        items={[
          { label: t('startedAt'), value: f.dateTimeExact(request.created_at) },
          { label: t('endpoint'), value: <span className="font-mono text-sm">{request.endpoint}</span> },
          { label: t('key'), value: nameOf(request.key) },
          ...(request.user_agent === ''
            ? []
            : [
                {
                  label: t('client'),
                  value: <span className="font-mono text-sm break-all">{request.user_agent}</span>,
                },
              ]),
          { label: t('stream'), value: request.stream ? t('yes') : t('no') },
          ...(request.group === '' ? [] : [{ label: t('group'), value: request.group }]),
          ...(error === null ? [] : [{ label: t('error'), value: <span className="font-mono text-sm">{error}</span> }]),
        ]}
      />
    </Card>
  )
}

function OperatorFacts({ request }: { readonly request: RequestDetail }) {
  const t = useMessages(requestsMessages)
  const f = useFormatter()
  return (
    <Card title={t('forOperator')}>
      <Details
        items={[
          { label: t('account'), value: request.account },
          { label: t('provider'), value: request.provider || '—' },
          { label: t('upstreamModel'), value: request.upstream_model || '—' },
          { label: t('providerCost'), value: f.money(request.provider_cost ?? 0) },
        ]}
      />
    </Card>
  )
}
