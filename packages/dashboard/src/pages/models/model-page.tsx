import { ArrowLeft } from 'lucide-react'
import type { CatalogueModel } from '../../api/generated/operations.ts'
import { useSession } from '../../app/session.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import type { PlainKey } from '../../i18n/catalogue.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Card, Details, Stat } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { Capabilities } from './capabilities.tsx'
import { modelsMessages } from './messages.ts'
import { modelRoute } from './routes.ts'
import { useModels } from './use-models.ts'

export function ModelPage() {
  const { _splat: id = '' } = modelRoute.useParams()
  return <OneModel id={id} />
}

function OneModel({ id }: { readonly id: string }) {
  const t = useMessages(modelsMessages)
  const { models } = useModels()
  const model = models.data?.data.find((one) => one.id === id || one.aliases.includes(id))
  return (
    <Page
      title={model?.id ?? id}
      description={model?.description}
      actions={
        <ButtonLink to="/catalogue" icon={<ArrowLeft aria-hidden className="size-4" />}>
          {t('back')}
        </ButtonLink>
      }
    >
      <Loaded query={models}>
        {() =>
          model === undefined ? (
            <Card>
              <EmptyState title={t('notFound')} />
            </Card>
          ) : (
            <Model model={model} />
          )
        }
      </Loaded>
    </Page>
  )
}

function Model({ model }: { readonly model: CatalogueModel }) {
  const t = useMessages(modelsMessages)
  const f = useFormatter()
  const isIn = useSession() !== null
  const { context_length: context, max_output_tokens: longest, released_at: released } = model
  const tokens = (count: number | null): string =>
    count === null ? t('unknown') : t('tokens', { count: f.number(count) })
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {isIn && (
          <ButtonLink tone="primary" to="/playground" search={{ model: model.id } as never}>
            {t('tryIt')}
          </ButtonLink>
        )}
        <ButtonLink to="/docs" search={{ model: model.id } as never}>
          {t('useIt')}
        </ButtonLink>
      </div>
      <Measured model={model} />
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
        <Card title={t('facts')}>
          <Details
            items={[
              {
                label: t('id'),
                value: (
                  <span className="flex items-center gap-1 font-mono text-sm break-all">
                    {model.id}
                    <CopyButton small tone="quiet" text={model.id} label={t('id')} />
                  </span>
                ),
              },
              { label: t('vendor'), value: model.vendor },
              ...(model.retired ? [{ label: '', value: <Badge tone="warn">{t('retired')}</Badge> }] : []),
              {
                label: t('capability'),
                value: model.capabilities.length === 0 ? t('unknown') : <Capabilities of={model.capabilities} />,
              },
              { label: t('context'), value: tokens(context) },
              { label: t('maxOutput'), value: tokens(longest) },
              { label: t('released'), value: released === null ? t('unknown') : f.date(released) },
              ...(model.aliases.length === 0
                ? []
                : [{ label: t('aliases'), value: <span className="font-mono text-sm">{f.list(model.aliases)}</span> }]),
            ]}
          />
        </Card>
        <Prices model={model} />
      </div>
    </>
  )
}

function Measured({ model: { measured } }: { readonly model: CatalogueModel }) {
  const t = useMessages(modelsMessages)
  const f = useFormatter()
  const latency = (of: { readonly p50_ms: number } | null): string =>
    of === null ? t('noData') : f.duration(of.p50_ms)
  return (
    <Card title={t('measured')} description={measured === null ? t('measuredNone') : t('measuredNote')}>
      <div className="grid grid-cols-1 gap-5 sm:grid-cols-3">
        <Stat
          label={t('duration')}
          value={latency(measured?.duration ?? null)}
          note={measured?.duration ? t('p95', { time: f.duration(measured.duration.p95_ms) }) : undefined}
        />
        <Stat
          label={t('firstToken')}
          value={latency(measured?.first_token ?? null)}
          note={measured?.first_token ? t('p95', { time: f.duration(measured.first_token.p95_ms) }) : t('streamsOnly')}
        />
        <Stat
          label={t('errorRate')}
          value={measured === null ? t('noData') : f.percent(measured.error_rate)}
          note={t('errorNote')}
        />
      </div>
    </Card>
  )
}

type Key = PlainKey<typeof modelsMessages>

const RATES: readonly (readonly [field: string, label: Key])[] = [
  ['input', 'rateInput'],
  ['cached_input', 'rateCachedInput'],
  ['cache_write_5m', 'rateCacheWrite5m'],
  ['cache_write_1h', 'rateCacheWrite1h'],
  ['audio_input', 'rateAudioInput'],
  ['image_input', 'rateImageInput'],
  ['output', 'rateOutput'],
  ['reasoning', 'rateReasoning'],
  ['audio_output', 'rateAudioOutput'],
  ['image_output', 'rateImageOutput'],
  ['per_call', 'feeCall'],
  ['per_image', 'feeImage'],
  ['per_web_search', 'feeSearch'],
]

function Prices({ model: { price } }: { readonly model: CatalogueModel }) {
  const t = useMessages(modelsMessages)
  const f = useFormatter()
  const rows = (of: Readonly<Record<string, unknown>>) =>
    RATES.flatMap(([field, label]) => {
      const amount = of[field]
      return typeof amount === 'string' ? [{ label: t(label), value: <Amount text={f.money(amount)} /> }] : []
    })
  return (
    <Card title={t('prices')} description={t('pricesNote')}>
      {price === null ? (
        <p className="text-soft">{t('noPrice')}</p>
      ) : (
        <>
          <Details items={rows(price)} />
          {(price.tiers ?? []).map((tier) => (
            <div key={tier.above_input_tokens} className="mt-4">
              <p className="mb-2 text-sm font-medium">{t('tierAbove', { count: f.number(tier.above_input_tokens) })}</p>
              <Details items={rows(tier)} />
            </div>
          ))}
        </>
      )}
    </Card>
  )
}

function Amount({ text }: { readonly text: string }) {
  return <span className="tabular">{text}</span>
}
