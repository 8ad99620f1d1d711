import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button, IconButton } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { ConfirmDialog, FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { toast } from '../../../ui/toast.tsx'
import { securityMessages } from '../messages/security.ts'
import { useFactorAct } from '../parts/use-factor-act.ts'

const SHORTEST = 10
const LONGEST_BYTES = 1024

interface PasswordCardProps {
  readonly isSet: boolean
  /** Whether the gateway takes passwords at all. */
  readonly isTaken: boolean
  /** Without it nobody could log in: it cannot be removed. */
  readonly isOnlyWayIn: boolean
}

export function PasswordCard({ isSet, isTaken, isOnlyWayIn }: PasswordCardProps) {
  const t = useMessages(securityMessages)
  const [open, setOpen] = useState<'change' | 'remove' | null>(null)
  if (!isTaken && !isSet) return null
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t('password')}
          <Badge tone={isSet ? 'good' : 'neutral'}>{isSet ? t('inUse') : t('notSet')}</Badge>
        </span>
      }
      description={isTaken ? t('passwordText') : t('passwordOff')}
      className="[&>div:last-child:empty]:pt-0"
      actions={
        <>
          {isSet && !isOnlyWayIn && (
            <Button tone="quiet" onClick={() => setOpen('remove')}>
              {t('passwordRemove')}
            </Button>
          )}
          {isTaken && (
            <Button onClick={() => setOpen('change')}>{isSet ? t('passwordChange') : t('passwordChoose')}</Button>
          )}
        </>
      }
    >
      {open === 'change' && <ChangeDialog isSet={isSet} onClose={() => setOpen(null)} />}
      {open === 'remove' && <RemoveDialog onClose={() => setOpen(null)} />}
    </Card>
  )
}

function ChangeDialog({ isSet, onClose }: { readonly isSet: boolean; readonly onClose: () => void }) {
  const t = useMessages(securityMessages)
  const ui = useMessages(uiMessages)
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [isShown, setShown] = useState(false)
  const [problems, setProblems] = useState({ password: '', again: '' })
  const change = useFactorAct('setPassword', () => {
    toast(t('passwordDone'))
    onClose()
  })
  const send = (): void => {
    const found = {
      password: passwordProblem(password, { short: t('passwordShort'), long: t('passwordLong') }),
      again: isShown || again === password ? '' : t('passwordDiffers'),
    }
    setProblems(found)
    if (found.password === '' && found.again === '') change.mutate({ body: { password } })
  }
  const toggle = (
    <IconButton
      label={isShown ? ui('hide') : ui('show')}
      size="sm"
      aria-pressed={isShown}
      onClick={() => setShown(!isShown)}
    >
      {isShown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
    </IconButton>
  )
  return (
    <FormDialog
      open
      onClose={onClose}
      title={isSet ? t('passwordChange') : t('passwordChoose')}
      description={t('endsOthers')}
      submit={isSet ? t('passwordChange') : t('passwordChoose')}
      onSubmit={send}
      busy={change.isPending}
      error={change.error}
    >
      <TextField
        label={t('passwordNew')}
        help={t('passwordHelp')}
        type={isShown ? 'text' : 'password'}
        autoComplete="new-password"
        spellCheck={false}
        value={password}
        onChange={setPassword}
        error={problems.password}
        after={toggle}
      />
      {!isShown && (
        <TextField
          label={t('passwordAgain')}
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={setAgain}
          error={problems.again}
        />
      )}
    </FormDialog>
  )
}

function RemoveDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(securityMessages)
  const remove = useFactorAct('removePassword', () => {
    toast(t('passwordRemoved'))
    onClose()
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('passwordRemove')}
      confirm={t('passwordRemove')}
      onConfirm={() => remove.mutate({})}
      busy={remove.isPending}
      error={remove.error}
    >
      {t('passwordRemoveText')}
    </ConfirmDialog>
  )
}

function passwordProblem(password: string, texts: { readonly short: string; readonly long: string }): string {
  if ([...password].length < SHORTEST) return texts.short
  return new TextEncoder().encode(password).length > LONGEST_BYTES ? texts.long : ''
}
