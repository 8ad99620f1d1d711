import { Link2, Unlink } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Identity, LogInMethods } from '../../../api/generated/operations.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { ErrorState, useErrorText } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { securityMessages } from '../messages/security.ts'
import { useFactorAct } from '../parts/use-factor-act.ts'

export function IdentitiesCard({ issuers }: { readonly issuers: LogInMethods['issuers'] }) {
  const t = useMessages(securityMessages)
  const format = useFormatter()
  const explain = useErrorText()
  const identities = useApi('listIdentities', {}, { account: null })
  const [leaving, setLeaving] = useState<Identity | null>(null)
  // The browser goes there, and comes back connected.
  const connect = useAct('connectIssuer', { account: null, onDone: ({ url }) => location.assign(url) })
  const rows = identities.data?.data ?? []
  const columns = useMemo(
    (): Column<Identity>[] => [
      {
        id: 'issuer',
        header: t('identities'),
        onPhone: 'title',
        cell: ({ issuer, title, email }) => (
          <span className="flex min-w-0 flex-col">
            <span className="font-medium break-all">{title ?? hostOf(issuer)}</span>
            <span className="text-sm break-all text-soft">
              {[email, ...(title === null ? [] : [hostOf(issuer)])].filter((part) => part !== '').join(' · ')}
            </span>
          </span>
        ),
      },
      { id: 'connected', header: t('identityConnected'), cell: ({ created_at: at }) => format.date(at) },
      {
        id: 'used',
        header: t('lastUsed'),
        cell: ({ last_used_at: at }) => (at === null ? t('neverUsed') : format.ago(at)),
      },
      {
        id: 'act',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (identity) => (
          <Button
            size="sm"
            tone="quiet"
            icon={<Unlink aria-hidden className="size-3.5" />}
            onClick={() => setLeaving(identity)}
          >
            {t('identityDisconnect')}
          </Button>
        ),
      },
    ],
    [t, format],
  )
  return (
    <Card
      flush
      title={t('identities')}
      description={t('identitiesText')}
      actions={
        rows.length < issuers.length &&
        issuers.map(({ name, title }) => (
          <Button
            key={name}
            busy={connect.isPending}
            icon={<Link2 aria-hidden className="size-4" />}
            onClick={() => connect.mutate({ body: { issuer: name, return_to: '/settings/security' } })}
          >
            {t('identityConnect', { issuer: title || name })}
          </Button>
        ))
      }
    >
      {connect.error !== null && (
        <div className="px-4 pb-4">
          <Notice tone="bad" title={explain(connect.error).title}>
            {explain(connect.error).detail !== null && <span lang="en">{explain(connect.error).detail}</span>}
          </Notice>
        </div>
      )}
      {identities.error !== null && identities.data === undefined ? (
        <ErrorState error={identities.error} retry={() => void identities.refetch()} />
      ) : (
        <DataTable
          label={t('identities')}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          isPending={identities.isPending}
          empty={<p className="px-4 pb-4">{t('identitiesEmpty')}</p>}
        />
      )}
      {leaving !== null && <Disconnect identity={leaving} onClose={() => setLeaving(null)} />}
    </Card>
  )
}

function Disconnect({ identity, onClose }: { readonly identity: Identity; readonly onClose: () => void }) {
  const t = useMessages(securityMessages)
  const disconnect = useFactorAct('disconnectIssuer', () => {
    toast(t('identityDisconnected'))
    onClose()
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('identityDisconnectTitle', { issuer: identity.title ?? hostOf(identity.issuer) })}
      confirm={t('identityDisconnect')}
      onConfirm={() => disconnect.mutate({ params: { identity_id: identity.id } })}
      busy={disconnect.isPending}
      error={disconnect.error}
    >
      {t('identityDisconnectText')}
    </ConfirmDialog>
  )
}

function hostOf(address: string): string {
  return URL.parse(address)?.host ?? address
}
