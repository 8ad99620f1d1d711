import { LogOut } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Session } from '../../../api/generated/operations.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { Loaded } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { sessionsMessages } from '../messages/sessions.ts'
import { deviceName } from '../parts/device-name.ts'
import { SettingsFrame } from '../settings-frame.tsx'

const METHODS: Readonly<Record<Session['method'], PlainKey<typeof sessionsMessages>>> = {
  password: 'byPassword',
  passkey: 'byPasskey',
  oidc: 'byOidc',
  link: 'byLink',
}

export function SessionsSection() {
  const t = useMessages(sessionsMessages)
  const sessions = useApi('listSessions', {}, { account: null, staleMs: 0 })
  const [leaving, setLeaving] = useState<Session | 'others' | null>(null)
  const columns = useColumns(setLeaving)
  const close = (): void => setLeaving(null)
  return (
    <SettingsFrame section="sessions">
      <Loaded query={sessions} skeleton={<Waiting />}>
        {({ data }) => {
          const others = data.filter(({ current }) => !current).length
          return (
            <Card
              flush
              title={t('list')}
              description={others === 0 ? t('onlyThis') : t('listText')}
              actions={
                others > 0 && (
                  <Button icon={<LogOut aria-hidden className="size-4" />} onClick={() => setLeaving('others')}>
                    {t('endOthers')}
                  </Button>
                )
              }
            >
              <DataTable
                label={t('list')}
                columns={columns}
                rows={[...data].sort((one, other) => Number(other.current) - Number(one.current))}
                rowKey={({ id }) => id}
                empty={null}
              />
              {leaving === 'others' && <EndOthers count={others} onClose={close} />}
            </Card>
          )
        }}
      </Loaded>
      {leaving !== null && leaving !== 'others' && <EndOne session={leaving} onClose={close} />}
    </SettingsFrame>
  )
}

function Waiting() {
  const t = useMessages(sessionsMessages)
  return (
    <Card flush title={t('list')}>
      <DataTable label={t('list')} columns={[]} rows={[]} rowKey={() => ''} empty={null} isPending />
    </Card>
  )
}

function useColumns(leave: (session: Session) => void): readonly Column<Session>[] {
  const t = useMessages(sessionsMessages)
  const format = useFormatter()
  const nameOf = useDeviceText()
  return useMemo(
    () => [
      {
        id: 'device',
        header: t('device'),
        onPhone: 'title',
        cell: ({ user_agent: userAgent, current, address }) => (
          <span className="flex min-w-0 flex-col">
            <span className="flex flex-wrap items-center gap-2 font-medium">
              {nameOf(userAgent)}
              {current && <Badge tone="good">{t('current')}</Badge>}
            </span>
            <span className="tabular text-sm break-all text-soft">{address}</span>
          </span>
        ),
      },
      {
        id: 'method',
        header: t('method'),
        cell: ({ method, issuer, two_factors: twoFactors }) => (
          <span>
            {issuer === '' ? t(METHODS[method]) : issuer}
            {twoFactors && <span className="block text-sm text-soft">{t('twoFactors')}</span>}
          </span>
        ),
      },
      { id: 'began', header: t('began'), cell: ({ created_at: at }) => format.dateTime(at) },
      {
        id: 'seen',
        header: t('lastSeen'),
        cell: ({ last_seen_at: at, current }) => (current ? t('now') : format.ago(at)),
      },
      { id: 'ends', header: t('ends'), cell: ({ expires_at: at }) => format.date(at) },
      {
        id: 'act',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (session) =>
          !session.current && (
            <Button
              size="sm"
              tone="quiet"
              aria-label={`${t('end')}: ${nameOf(session.user_agent)}`}
              onClick={() => leave(session)}
            >
              {t('end')}
            </Button>
          ),
      },
    ],
    [t, format, nameOf, leave],
  )
}

function useDeviceText(): (userAgent: string) => string {
  const t = useMessages(sessionsMessages)
  return useMemo(
    () => (userAgent) => {
      const { client, system } = deviceName(userAgent)
      if (client !== '' && system !== '') return t('on', { client, system })
      return client || system || t('unknownDevice')
    },
    [t],
  )
}

function EndOne({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const t = useMessages(sessionsMessages)
  const nameOf = useDeviceText()
  const end = useAct('endSession', {
    account: null,
    invalidates: ['listSessions'],
    onDone: () => {
      toast(t('ended'))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('endTitle')}
      confirm={t('end')}
      onConfirm={() => end.mutate({ params: { session_id: session.id } })}
      busy={end.isPending}
      error={end.error}
    >
      {t('endText', { device: nameOf(session.user_agent) })}
    </ConfirmDialog>
  )
}

function EndOthers({ count, onClose }: { readonly count: number; readonly onClose: () => void }) {
  const t = useMessages(sessionsMessages)
  const end = useAct('endOtherSessions', {
    account: null,
    invalidates: ['listSessions'],
    onDone: ({ ended }) => {
      toast(t('endedOthers', { count: ended }))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('endOthersTitle')}
      confirm={t('endOthers')}
      onConfirm={() => end.mutate({})}
      busy={end.isPending}
      error={end.error}
    >
      {t('endOthersText', { count })}
    </ConfirmDialog>
  )
}
