import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAct } from '../../../api/hooks.ts'
import { usePreferences } from '../../../app/preferences.ts'
import { chooseAccount, sessionQuery } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { toast } from '../../../ui/toast.tsx'
import { teamMessages } from '../messages/team.ts'

const LONGEST_NAME = 200

export function NewTeam({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(teamMessages)
  const ui = useMessages(uiMessages)
  const client = useQueryClient()
  const { timeZone } = usePreferences()
  const [name, setName] = useState('')
  const [problem, setProblem] = useState('')
  const make = useAct('createOwnAccount', {
    account: null,
    onDone: ({ account }) => {
      toast(t('newTeamMade'))
      onClose()
      void client.refetchQueries({ queryKey: sessionQuery.queryKey }).then(() => chooseAccount(account.id))
    },
  })
  const send = (): void => {
    const wanted = name.trim()
    const found = wanted === '' ? ui('required') : wanted.length > LONGEST_NAME ? t('accountNameLong') : ''
    setProblem(found)
    if (found === '') make.mutate({ body: { name: wanted, time_zone: timeZone } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('newTeamTitle')}
      description={t('newTeamText')}
      submit={t('newTeam')}
      onSubmit={send}
      busy={make.isPending}
      error={make.error}
    >
      <TextField label={t('accountName')} value={name} onChange={setName} error={problem} autoComplete="organization" />
    </FormDialog>
  )
}
