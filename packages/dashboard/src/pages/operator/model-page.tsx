import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useAct, useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Details } from '../../ui/card.tsx'
import { Code } from '../../ui/copy.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { modelMessages } from './messages/models.ts'
import { MarginCell, PriceCell } from './parts/price-cell.tsx'
import { PriceActions, PriceHistory } from './parts/price-form.tsx'
import { marginOf, type ModelRoute } from './parts/price-text.ts'
import { RouteForm } from './parts/route-form.tsx'

type Target = ModelRoute['targets'][number]

export function OperatorModelPage() {
  const { _splat: id = '' } = useParams({ from: '/shell/operator/models/$' })
  const model = useApi('getModelRoute', { params: { model: id } }, { account: null })
  const isThere = model.data !== undefined
  return isThere ? (
    <ModelView model={model.data} />
  ) : (
    <Page title={id}>
      <Loaded query={model}>{() => null}</Loaded>
    </Page>
  )
}

function ModelView({ model }: { readonly model: ModelRoute }) {
  const t = useMessages(modelMessages)
  const format = useFormatter()
  const navigate = useNavigate()
  const { id, source, enabled } = model
  const [asked, setAsked] = useState<'edit' | 'delete' | 'make' | null>(null)
  const invalidates = ['listModelRoutes', 'getModelRoute'] as const
  const update = useAct('updateModelRoute', { account: null, invalidates, onDone: () => toast(t('saved')) })
  const remove = useAct('deleteModelRoute', {
    account: null,
    onDone: () => {
      toast(t('deleted', { id }))
      void navigate({ to: '/operator/models' })
    },
  })
  const columns = useMemo(
    (): Column<Target>[] => [
      {
        id: 'provider',
        header: t('targetProvider'),
        onPhone: 'title',
        cell: ({ provider }) => (
          <Link to="/operator/providers/$name" params={{ name: provider }} className="link font-medium">
            {provider}
          </Link>
        ),
      },
      { id: 'model', header: t('targetModel'), cell: ({ model: name }) => <Code>{name}</Code> },
      { id: 'weight', header: t('weight'), align: 'end', cell: ({ weight }) => format.number(weight) },
      { id: 'priority', header: t('priority'), align: 'end', cell: ({ priority }) => format.number(priority) },
      { id: 'cost', header: t('cost'), align: 'end', cell: ({ cost }) => <PriceCell price={cost} /> },
      {
        id: 'margin',
        header: t('margin'),
        align: 'end',
        cell: ({ cost }) => <MarginCell margin={marginOf(model.price, [cost])} />,
      },
    ],
    [t, format, model.price],
  )
  const strategies: Readonly<Record<string, string>> = {
    weighted: t('strategyWeighted'),
    'least-busy': t('strategyLeastBusy'),
    latency: t('strategyLatency'),
    cost: t('strategyCost'),
    split: t('strategySplit'),
  }
  return (
    <Page
      title={id}
      description={model.description ?? undefined}
      actions={
        source === 'database' ? (
          <>
            <Button onClick={() => setAsked('edit')}>{t('edit')}</Button>
            <Button
              busy={update.isPending}
              onClick={() => update.mutate({ params: { model: id }, body: { enabled: !enabled } })}
            >
              {enabled ? t('switchOff') : t('switchOn')}
            </Button>
            <Button onClick={() => setAsked('delete')}>{t('delete')}</Button>
          </>
        ) : source === 'found' ? (
          <Button onClick={() => setAsked('make')}>{t('makeRoute')}</Button>
        ) : undefined
      }
    >
      {model.fault !== null && (
        <Notice tone="bad" title={t('notInUse')}>
          <span lang="en">{model.fault}</span>
        </Notice>
      )}
      {source === 'config' && <Notice>{t('readOnly')}</Notice>}
      {source === 'found' && <Notice>{t('foundText')}</Notice>}
      <Card title={t('targets')} description={t('marginHelp')} flush>
        <DataTable
          label={t('targets')}
          columns={columns}
          rows={model.targets}
          rowKey={({ provider, model: name }) => `${provider} ${name}`}
          empty={<EmptyState title={t('none')} className="py-6" />}
        />
      </Card>
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <Card title={t('price')} description={t('perMillion')}>
          <PriceActions id={id} price={model.price} source={model.price_source} />
          <PriceHistory id={id} />
        </Card>
        <Card title={t('details')}>
          <Details
            items={[
              { label: t('strategy'), value: strategies[model.strategy] ?? model.strategy },
              { label: t('fallbacks'), value: model.fallbacks.length === 0 ? t('none') : format.list(model.fallbacks) },
              { label: t('aliases'), value: model.aliases.length === 0 ? t('none') : format.list(model.aliases) },
              { label: t('continueStreams'), value: model.continue_streams ? t('yes') : t('no') },
              { label: t('vendor'), value: model.owned_by ?? '–' },
              {
                label: t('contextLength'),
                value:
                  model.context_length === null ? '–' : t('tokens', { count: format.number(model.context_length) }),
              },
            ]}
          />
        </Card>
      </div>
      {asked === 'edit' && <RouteForm route={model} onClose={() => setAsked(null)} />}
      {asked === 'make' && <RouteForm id={id} onClose={() => setAsked(null)} />}
      <ConfirmDialog
        open={asked === 'delete'}
        onClose={() => setAsked(null)}
        title={t('deleteTitle', { id })}
        confirm={t('delete')}
        word={id}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params: { model: id } })}
      >
        {t('deleteText')}
      </ConfirmDialog>
    </Page>
  )
}
