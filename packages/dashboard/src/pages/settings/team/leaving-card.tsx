import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { Member } from '../../../api/generated/operations.ts'
import { useAct } from '../../../api/hooks.ts'
import { sessionChanged, sessionQuery, usePerson } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { SelectField } from '../../../ui/select.tsx'
import { toast } from '../../../ui/toast.tsx'
import { teamMessages } from '../messages/team.ts'

interface LeavingCardProps {
  readonly accountId: string
  readonly accountName: string
  readonly members: readonly Member[]
}

/** The ends of belonging: going, and giving the account to somebody else. */
export function LeavingCard({ members, ...account }: LeavingCardProps) {
  const t = useMessages(teamMessages)
  const { person, role } = usePerson()
  const [open, setOpen] = useState<'leave' | 'transfer' | null>(null)
  const others = members.filter((member) => member.person !== person.id)
  const heirs = others.filter((member) => member.person !== null && member.status === 'active')
  const isLastOwner = role === 'owner' && !heirs.some((member) => member.role === 'owner')
  const close = (): void => setOpen(null)
  return (
    <Card title={t('leaving')}>
      <div className="flex flex-col gap-4">
        {role === 'owner' && (
          <Row
            text={heirs.length === 0 ? t('transferNobody') : t('transferRow')}
            button={
              <Button disabled={heirs.length === 0} onClick={() => setOpen('transfer')}>
                {t('transfer')}
              </Button>
            }
          />
        )}
        <Row
          text={isLastOwner ? t('leaveLastOwner') : t('leaveText')}
          button={
            <Button disabled={isLastOwner} onClick={() => setOpen('leave')}>
              {t('leave')}
            </Button>
          }
        />
      </div>
      {open === 'leave' && <LeaveDialog {...account} onClose={close} />}
      {open === 'transfer' && <TransferDialog {...account} heirs={heirs} onClose={close} />}
    </Card>
  )
}

function Row({ text, button }: { readonly text: string; readonly button: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <p className="min-w-0 flex-1 basis-72 text-soft">{text}</p>
      {button}
    </div>
  )
}

interface AccountDialogProps {
  readonly accountId: string
  readonly accountName: string
  readonly onClose: () => void
}

function LeaveDialog({ accountId, accountName, onClose }: AccountDialogProps) {
  const t = useMessages(teamMessages)
  const navigate = useNavigate()
  const leave = useAct('leaveAccount', {
    onDone: () => {
      toast(t('leftDone', { account: accountName }))
      void navigate({ to: '/' }).then(sessionChanged)
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('leaveTitle', { account: accountName })}
      confirm={t('leave')}
      onConfirm={() => leave.mutate({ params: { account_id: accountId } })}
      busy={leave.isPending}
      error={leave.error}
    >
      {t('leaveText')}
    </ConfirmDialog>
  )
}

interface TransferDialogProps extends AccountDialogProps {
  readonly heirs: readonly Member[]
}

function TransferDialog({ accountId, accountName, heirs, onClose }: TransferDialogProps) {
  const t = useMessages(teamMessages)
  const client = useQueryClient()
  const [heir, setHeir] = useState(heirs.length === 1 ? (heirs[0]?.id ?? '') : '')
  const [problem, setProblem] = useState('')
  const transfer = useAct('transferAccount', {
    invalidates: ['listMembers'],
    onDone: () => {
      toast(t('transferDone'))
      onClose()
      void client.refetchQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  const send = (): void => {
    setProblem(heir === '' ? t('transferChoose') : '')
    if (heir !== '') transfer.mutate({ params: { account_id: accountId }, body: { member: heir } })
  }
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('transferTitle', { account: accountName })}
      confirm={t('transfer')}
      onConfirm={send}
      busy={transfer.isPending}
      error={transfer.error}
      word={accountName}
    >
      <p className="mb-4">{t('transferText')}</p>
      <div className="text-ink">
        <SelectField
          label={t('transferTo')}
          value={heir}
          onChange={setHeir}
          error={problem}
          options={heirs.map(({ id, name, email }) => ({ value: id, label: name, note: email }))}
        />
      </div>
    </ConfirmDialog>
  )
}
