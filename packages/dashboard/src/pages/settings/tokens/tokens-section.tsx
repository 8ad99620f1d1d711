import { KeySquare, Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { AccessToken, MadeAccessToken } from '../../../api/generated/operations.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { BASE_PATH } from '../../../app/base.ts'
import { usePerson } from '../../../app/session.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { Code, CodeBlock } from '../../../ui/copy.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { EmptyState, Loaded, SkeletonLines } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { tokensMessages } from '../messages/tokens.ts'
import { SecretDialog } from '../parts/secret-dialog.tsx'
import { SettingsFrame } from '../settings-frame.tsx'
import { NewToken } from './new-token.tsx'
import { SCOPE_NAMES } from './scopes.ts'

export function TokensSection() {
  const t = useMessages(tokensMessages)
  const tokens = useApi('listAccessTokens', {}, { account: null })
  const [isCreating, setCreating] = useState(false)
  const [made, setMade] = useState<MadeAccessToken | null>(null)
  const [leaving, setLeaving] = useState<AccessToken | null>(null)
  const columns = useColumns(setLeaving)
  const create = (
    <Button tone="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setCreating(true)}>
      {t('create')}
    </Button>
  )
  const hasSome = (tokens.data?.data.length ?? 0) > 0
  return (
    <SettingsFrame section="tokens" actions={hasSome ? create : undefined}>
      <Card flush>
        <Loaded
          query={tokens}
          skeleton={
            <div className="p-4">
              <SkeletonLines lines={4} />
            </div>
          }
        >
          {({ data }) => (
            <DataTable
              label={t('list')}
              columns={columns}
              rows={data}
              rowKey={({ id }) => id}
              isFaint={isOver}
              empty={
                <EmptyState icon={<KeySquare />} title={t('empty')} action={create}>
                  {t('emptyText')}
                </EmptyState>
              }
            />
          )}
        </Loaded>
      </Card>
      {isCreating && (
        <NewToken
          onClose={() => setCreating(false)}
          onMade={(token) => {
            setCreating(false)
            setMade(token)
          }}
        />
      )}
      {made !== null && <MadeToken token={made} onClose={() => setMade(null)} />}
      {leaving !== null && <RevokeToken token={leaving} onClose={() => setLeaving(null)} />}
    </SettingsFrame>
  )
}

function useColumns(revoke: (token: AccessToken) => void): readonly Column<AccessToken>[] {
  const t = useMessages(tokensMessages)
  const format = useFormatter()
  const { memberships } = usePerson()
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('name'),
        onPhone: 'title',
        cell: ({ name, prefix, last4 }) => (
          <span className="flex min-w-0 flex-col items-start">
            <span className="font-medium break-words">{name}</span>
            <Code className="text-soft">{`${prefix}…${last4}`}</Code>
          </span>
        ),
      },
      {
        id: 'scopes',
        header: t('scopes'),
        cell: ({ scopes }) => (
          <span className="flex flex-wrap gap-1 max-sm:justify-end">
            {scopes.map((scope) => (
              <Badge key={scope} tone={scope === 'operator' ? 'warn' : 'neutral'}>
                {t(SCOPE_NAMES[scope])}
              </Badge>
            ))}
          </span>
        ),
      },
      {
        id: 'account',
        header: t('account'),
        cell: ({ account: id }) =>
          id === null ? t('accountAll') : (memberships.find(({ account }) => account.id === id)?.account.name ?? id),
      },
      {
        id: 'expires',
        header: t('expires'),
        cell: (token) =>
          isOver(token) ? (
            <Badge tone="bad">{t('expired')}</Badge>
          ) : token.expires_at === null ? (
            '–'
          ) : (
            format.date(token.expires_at)
          ),
      },
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
        cell: (token) => (
          <Button size="sm" tone="quiet" aria-label={`${t('revoke')}: ${token.name}`} onClick={() => revoke(token)}>
            {t('revoke')}
          </Button>
        ),
      },
    ],
    [t, format, memberships, revoke],
  )
}

function MadeToken({ token, onClose }: { readonly token: MadeAccessToken; readonly onClose: () => void }) {
  const t = useMessages(tokensMessages)
  const command = `curl ${location.origin}${BASE_PATH}/api/me/memberships -H "Authorization: Bearer ${token.value}"`
  return (
    <SecretDialog title={t('made')} warning={t('madeWarning')} text={token.value} onClose={onClose}>
      <p className="rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-base break-all">{token.value}</p>
      {token.scopes.includes('read') && token.account === null && (
        <CodeBlock title={t('madeTry')} label={t('madeTry')} code={command} wrap />
      )}
    </SecretDialog>
  )
}

function RevokeToken({ token, onClose }: { readonly token: AccessToken; readonly onClose: () => void }) {
  const t = useMessages(tokensMessages)
  const revoke = useAct('revokeAccessToken', {
    account: null,
    invalidates: ['listAccessTokens'],
    onDone: () => {
      toast(t('revoked'))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('revokeTitle', { name: token.name })}
      confirm={t('revoke')}
      onConfirm={() => revoke.mutate({ params: { token_id: token.id } })}
      busy={revoke.isPending}
      error={revoke.error}
    >
      {t('revokeText')}
    </ConfirmDialog>
  )
}

function isOver({ expires_at: at }: AccessToken): boolean {
  return at !== null && at * 1000 <= Date.now()
}
