import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useAct } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { Code } from '../../../ui/copy.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { ConfirmDialog, FormDialog } from '../../../ui/dialog.tsx'
import { TextAreaField, TextField } from '../../../ui/field.tsx'
import { MenuItem, RowMenu } from '../../../ui/menu.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { credentialMessages } from '../messages/provider-credentials.ts'
import { providerFormMessages } from '../messages/provider-form.ts'
import { providerMessages } from '../messages/providers.ts'
import type { Provider } from './provider-state.tsx'

type Credential = Provider['credentials'][number]
type Circuit = Credential['circuits'][number] & { readonly credential: string }

const SHOWS = ['getProvider', 'listProviders', 'getProviderHistory'] as const

export function ProviderCredentials({ provider }: { readonly provider: Provider }) {
  const t = useMessages(credentialMessages)
  const common = useMessages(providerMessages)
  const format = useFormatter()
  const { name, source } = provider
  const isOwn = source === 'database'
  const [asked, setAsked] = useState<{
    readonly what: 'add' | 'rename' | 'remove'
    readonly credential?: Credential
  } | null>(null)
  const drain = useAct('drainProvider', { account: null, invalidates: SHOWS })
  const undrain = useAct('undrainProvider', { account: null, invalidates: SHOWS })
  const columns = useMemo(
    (): Column<Credential>[] => [
      {
        id: 'credential',
        header: common('credential'),
        onPhone: 'title',
        cell: ({ fingerprint, label, has_key: hasKey }) => (
          <span className="flex flex-wrap items-center gap-2">
            {label !== '' && <span className="font-medium">{label}</span>}
            {hasKey ? <Code>{fingerprint}</Code> : <span className="text-soft">{t('noKey')}</span>}
          </span>
        ),
      },
      { id: 'state', header: common('state'), cell: (one) => <CredentialState credential={one} /> },
      {
        id: 'rate',
        header: t('perMinute'),
        align: 'end',
        cell: ({ current_rpm: rpm }) => format.number(rpm),
      },
      { id: 'flight', header: common('inFlight'), align: 'end', cell: ({ in_flight: count }) => format.number(count) },
      {
        id: 'errors',
        header: t('errors'),
        align: 'end',
        cell: ({ error_counts: counts }) => {
          const entries = Object.entries(counts)
          if (entries.length === 0) return '0'
          return entries.map(([status, count]) => `${status}: ${format.number(count)}`).join(', ')
        },
      },
      {
        id: 'menu',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (credential) => {
          const { fingerprint } = credential
          const input = { params: { provider: name }, body: { fingerprint } }
          return (
            <RowMenu label={credential.label || fingerprint}>
              {credential.drained_at === null ? (
                <MenuItem onSelect={() => drain.mutate(input)}>{common('drain')}</MenuItem>
              ) : (
                <MenuItem onSelect={() => undrain.mutate(input)}>{common('undrain')}</MenuItem>
              )}
              {isOwn && <MenuItem onSelect={() => setAsked({ what: 'rename', credential })}>{t('rename')}</MenuItem>}
              {isOwn && (
                <MenuItem tone="danger" onSelect={() => setAsked({ what: 'remove', credential })}>
                  {t('remove')}
                </MenuItem>
              )}
            </RowMenu>
          )
        },
      },
    ],
    [t, common, format, name, isOwn, drain, undrain],
  )
  const close = (): void => setAsked(null)
  return (
    <>
      <Card
        title={common('credentials')}
        flush
        actions={
          isOwn && (
            <Button size="sm" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAsked({ what: 'add' })}>
              {t('addCredential')}
            </Button>
          )
        }
      >
        <DataTable
          label={common('credentials')}
          columns={columns}
          rows={provider.credentials}
          rowKey={({ fingerprint }) => fingerprint}
          empty={<EmptyState title={t('noKey')} className="py-6" />}
        />
      </Card>
      <Breakers provider={provider} />
      {asked?.what === 'add' && <AddCredential provider={provider} onClose={close} />}
      {asked?.what === 'rename' && asked.credential !== undefined && (
        <RenameCredential name={name} credential={asked.credential} onClose={close} />
      )}
      {asked?.what === 'remove' && asked.credential !== undefined && (
        <RemoveCredential name={name} credential={asked.credential} onClose={close} />
      )}
    </>
  )
}

function CredentialState({ credential }: { readonly credential: Credential }) {
  const t = useMessages(credentialMessages)
  const common = useMessages(providerMessages)
  const format = useFormatter()
  const { drained_at: drainedAt, disabled, disabled_reason: reason, cooling_until: coolingUntil } = credential
  if (drainedAt !== null)
    return (
      <Badge tone="accent" dot>
        {common('stateDrained')}
      </Badge>
    )
  if (disabled)
    return (
      <span className="flex flex-wrap items-center gap-2">
        <Badge tone="bad" dot>
          {t('disabled')}
        </Badge>
        {reason !== null && (
          <span lang="en" className="text-sm break-words text-soft">
            {reason}
          </span>
        )}
      </span>
    )
  if (coolingUntil !== null)
    return (
      <Badge tone="warn" dot>
        {t('cooling', { time: format.time(coolingUntil) })}
      </Badge>
    )
  return (
    <Badge tone="good" dot>
      {t('inUse')}
    </Badge>
  )
}

function Breakers({ provider }: { readonly provider: Provider }) {
  const t = useMessages(credentialMessages)
  const common = useMessages(providerMessages)
  const format = useFormatter()
  const circuits = provider.credentials.flatMap(({ circuits: all, label, fingerprint }) =>
    all.map((circuit): Circuit => ({ ...circuit, credential: label || fingerprint })),
  )
  const columns = useMemo(
    (): Column<Circuit>[] => [
      {
        id: 'model',
        header: t('model'),
        onPhone: 'title',
        sortBy: ({ model }) => model,
        cell: ({ model }) => <Code>{model}</Code>,
      },
      { id: 'credential', header: common('credential'), cell: ({ credential }) => credential },
      {
        id: 'state',
        header: common('state'),
        sortBy: ({ state }) => state,
        cell: ({ state, open_until: until }) => {
          if (state === 'closed')
            return (
              <Badge tone="good" dot>
                {t('breakerClosed')}
              </Badge>
            )
          if (state === 'half-open')
            return (
              <Badge tone="warn" dot>
                {t('breakerHalfOpen')}
              </Badge>
            )
          return (
            <Badge tone="bad" dot>
              {until === null ? t('breakerOpen') : t('breakerOpenUntil', { ago: format.ago(until) })}
            </Badge>
          )
        },
      },
      { id: 'rate', header: t('perMinute'), align: 'end', cell: ({ current_rpm: rpm }) => format.number(rpm) },
      {
        id: 'errors',
        header: t('errors'),
        align: 'end',
        cell: ({ error_counts: counts }) => format.number(Object.values(counts).reduce((sum, count) => sum + count, 0)),
      },
    ],
    [t, common, format],
  )
  return (
    <Card title={t('breakers')} flush>
      <DataTable
        label={t('breakers')}
        columns={columns}
        rows={circuits}
        rowKey={({ credential, model }) => `${credential} ${model}`}
        empty={<EmptyState title={t('breakersEmpty')} className="py-6" />}
      />
    </Card>
  )
}

function AddCredential({ provider, onClose }: { readonly provider: Provider; readonly onClose: () => void }) {
  const t = useMessages(credentialMessages)
  const form = useMessages(providerFormMessages)
  const { name, type } = provider
  const [secret, setSecret] = useState('')
  const [keyId, setKeyId] = useState('')
  const [label, setLabel] = useState('')
  const [wrong, setWrong] = useState('')
  const isPair = type === 'bedrock'
  const add = useAct('addProviderCredential', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('credentialAdded'))
      onClose()
    },
  })
  const send = (): void => {
    const isMissing = secret.trim() === '' || (isPair && keyId.trim() === '')
    setWrong(isMissing ? form('fieldMissing') : '')
    if (isMissing) return
    const what = isPair ? { access_key_id: keyId.trim(), secret_access_key: secret.trim() } : { secret: secret.trim() }
    add.mutate({ params: { provider: name }, body: { ...what, label: label.trim() } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('addCredential')}
      submit={t('addCredential')}
      busy={add.isPending}
      error={add.error}
      onSubmit={send}
    >
      {isPair && (
        <TextField label={form('accessKeyId')} value={keyId} onChange={setKeyId} autoComplete="off" error={wrong} />
      )}
      {type === 'vertex' ? (
        <TextAreaField
          label={form('secretJson')}
          help={form('secretHelp')}
          value={secret}
          onChange={setSecret}
          error={wrong}
          rows={5}
        />
      ) : (
        <TextField
          label={form(isPair ? 'secretAccessKey' : 'secret')}
          help={form('secretHelp')}
          type="password"
          value={secret}
          onChange={setSecret}
          error={wrong}
          autoComplete="off"
        />
      )}
      <TextField
        label={t('label')}
        help={t('labelHelp')}
        optional
        value={label}
        onChange={setLabel}
        maxLength={100}
        autoComplete="off"
      />
    </FormDialog>
  )
}

interface CredentialProps {
  readonly name: string
  readonly credential: Credential
  readonly onClose: () => void
}

function RenameCredential({ name, credential, onClose }: CredentialProps) {
  const t = useMessages(credentialMessages)
  const common = useMessages(providerMessages)
  const [label, setLabel] = useState(credential.label)
  const act = useAct('updateProviderCredential', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(common('saved'))
      onClose()
    },
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('rename')}
      submit={common('save')}
      busy={act.isPending}
      error={act.error}
      onSubmit={() =>
        act.mutate({ params: { provider: name, fingerprint: credential.fingerprint }, body: { label: label.trim() } })
      }
    >
      <TextField
        label={t('label')}
        help={t('labelHelp')}
        value={label}
        onChange={setLabel}
        maxLength={100}
        autoComplete="off"
      />
    </FormDialog>
  )
}

function RemoveCredential({ name, credential, onClose }: CredentialProps) {
  const t = useMessages(credentialMessages)
  const { fingerprint } = credential
  const act = useAct('removeProviderCredential', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('removed'))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('removeTitle', { fingerprint: credential.label || fingerprint })}
      confirm={t('remove')}
      busy={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate({ params: { provider: name, fingerprint } })}
    >
      {t('removeText')}
    </ConfirmDialog>
  )
}
