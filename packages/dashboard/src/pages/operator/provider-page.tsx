import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct, useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Details } from '../../ui/card.tsx'
import { Code } from '../../ui/copy.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { providerFormMessages } from './messages/provider-form.ts'
import { providerMessages } from './messages/providers.ts'
import { DrainDialog, useDrain } from './parts/drain-menu.tsx'
import { EditProvider } from './parts/edit-provider.tsx'
import { ProviderCredentials } from './parts/provider-credentials.tsx'
import { ProviderHistory } from './parts/provider-history.tsx'
import { type Provider, ProviderStateBadge, SOURCES } from './parts/provider-state.tsx'
import { ProviderTest } from './parts/provider-test.tsx'
import { WeightSlider } from './parts/weight-slider.tsx'

const REFRESH_MS = 3_000

export function ProviderPage() {
  const { name } = useParams({ from: '/shell/operator/providers/$name' })
  const provider = useApi(
    'getProvider',
    { params: { provider: name } },
    { account: null, refetchIntervalMs: REFRESH_MS },
  )
  return (
    <Loaded
      query={provider}
      skeleton={
        <Page title={name}>
          <Loaded query={{ data: undefined, error: null, refetch: () => undefined }}>{() => null}</Loaded>
        </Page>
      }
    >
      {(data) => <ProviderView provider={data} />}
    </Loaded>
  )
}

function ProviderView({ provider }: { readonly provider: Provider }) {
  const t = useMessages(providerMessages)
  const form = useMessages(providerFormMessages)
  const format = useFormatter()
  const { name, source, limits } = provider
  const [asked, setAsked] = useState<'drain' | 'edit' | null>(null)
  const { undrain } = useDrain(provider)
  const check = useAct('checkProvider', {
    account: null,
    invalidates: ['getProvider', 'getProviderHistory', 'listProviders'],
    onDone: () => toast(t('checked')),
  })
  const limitTexts = [
    ...(limits.rpm === undefined ? [] : [`${format.number(limits.rpm)} ${t('rpm').toLowerCase()}`]),
    ...(limits.tpm === undefined ? [] : [`${format.number(limits.tpm)} ${t('tpm').toLowerCase()}`]),
    ...(limits.concurrency === undefined
      ? []
      : [`${format.number(limits.concurrency)} ${t('concurrency').toLowerCase()}`]),
  ]
  return (
    <Page
      title={name}
      actions={
        <>
          {provider.drained_at === null ? (
            <Button onClick={() => setAsked('drain')}>{t('drain')}</Button>
          ) : (
            <Button
              tone="primary"
              busy={undrain.isPending}
              onClick={() => undrain.mutate({ params: { provider: name }, body: {} })}
            >
              {t('undrain')}
            </Button>
          )}
          {source === 'database' && <OwnActions provider={provider} onEdit={() => setAsked('edit')} />}
        </>
      }
    >
      {provider.fault !== null && (
        <Notice tone="bad" title={t('stateFault')}>
          <span lang="en">{provider.fault}</span>
        </Notice>
      )}
      {source !== 'database' && <Notice>{t(source === 'config' ? 'readOnlyConfig' : 'readOnlyEnvironment')}</Notice>}
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <Card
          title={t('health')}
          actions={
            <Button size="sm" busy={check.isPending} onClick={() => check.mutate({ params: { provider: name } })}>
              {t('checkNow')}
            </Button>
          }
        >
          <Details
            items={[
              {
                label: t('state'),
                value: (
                  <span className="flex flex-wrap items-center gap-2">
                    <ProviderStateBadge provider={provider} />
                    {provider.drained_at !== null && (
                      <span className="text-sm text-soft">
                        {t('drainedSince', { ago: format.ago(provider.drained_at) })}
                      </span>
                    )}
                    {provider.reason !== null && provider.drained_at === null && (
                      <span lang="en" className="text-sm text-soft">
                        {provider.reason}
                      </span>
                    )}
                  </span>
                ),
              },
              {
                label: t('lastCheck'),
                value: provider.last_check_at === null ? '–' : format.ago(provider.last_check_at),
              },
              {
                label: t('responseTime'),
                value:
                  provider.response_time_ms === null || provider.healthy !== true
                    ? '–'
                    : format.duration(provider.response_time_ms),
              },
              { label: t('failures'), value: format.number(provider.consecutive_failures) },
              { label: t('inFlight'), value: format.number(provider.in_flight) },
            ]}
          />
        </Card>
        <Card title={t('weight')} description={t('weightHelp')}>
          <WeightSlider key={`${provider.weight}`} provider={provider} />
        </Card>
      </div>
      <ProviderHistory name={name} />
      <ProviderCredentials provider={provider} />
      <ProviderTest provider={provider} />
      <Card title={t('settings')}>
        <Details
          items={[
            { label: t('type'), value: provider.type },
            { label: form('baseUrl'), value: provider.base_url === '' ? '–' : <Code>{provider.base_url}</Code> },
            { label: t('source'), value: t(SOURCES[source]) },
            { label: t('vendor'), value: provider.vendor ?? '–' },
            { label: t('priority'), value: format.number(provider.priority) },
            { label: t('limits'), value: limitTexts.length === 0 ? t('noLimit') : format.list(limitTexts) },
            {
              label: t('headers'),
              value: provider.header_names.length === 0 ? t('none') : format.list(provider.header_names),
            },
            {
              label: t('models'),
              value: provider.models.length === 0 ? t('none') : <ModelList models={provider.models} />,
            },
          ]}
        />
      </Card>
      {asked === 'drain' && <DrainDialog provider={provider} onClose={() => setAsked(null)} />}
      {asked === 'edit' && <EditProvider provider={provider} onClose={() => setAsked(null)} />}
    </Page>
  )
}

function ModelList({ models }: { readonly models: readonly string[] }) {
  return (
    <ul className="m-0 flex max-h-40 list-none flex-wrap gap-1.5 overflow-y-auto p-0">
      {models.map((id) => (
        <li key={id}>
          <Code>{id}</Code>
        </li>
      ))}
    </ul>
  )
}

function OwnActions({ provider, onEdit }: { readonly provider: Provider; readonly onEdit: () => void }) {
  const t = useMessages(providerMessages)
  const navigate = useNavigate()
  const [isDeleting, setDeleting] = useState(false)
  const { name, enabled } = provider
  const update = useAct('updateProvider', {
    account: null,
    invalidates: ['getProvider', 'listProviders', 'listModelRoutes'],
    onDone: (next) => toast(t(next.enabled ? 'switchedOn' : 'switchedOff', { name })),
  })
  const remove = useAct('deleteProvider', {
    account: null,
    onDone: () => {
      toast(t('deleted', { name }))
      void navigate({ to: '/operator/providers' })
    },
  })
  return (
    <>
      <Button onClick={onEdit}>{t('edit')}</Button>
      <Button
        busy={update.isPending}
        onClick={() => update.mutate({ params: { provider: name }, body: { enabled: !enabled } })}
      >
        {enabled ? t('switchOff') : t('switchOn')}
      </Button>
      <Button onClick={() => setDeleting(true)}>{t('delete')}</Button>
      <ConfirmDialog
        open={isDeleting}
        onClose={() => setDeleting(false)}
        title={t('deleteTitle', { name })}
        confirm={t('delete')}
        word={name}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params: { provider: name } })}
      >
        {t('deleteText')}
      </ConfirmDialog>
    </>
  )
}
