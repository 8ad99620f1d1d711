import { useState } from 'react'
import type { Reply } from '../../../api/client.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { SelectField } from '../../../ui/select.tsx'
import { toast } from '../../../ui/toast.tsx'
import { accountMessages } from '../messages/accounts.ts'
import { givenIn, LimitFields, limitsIn, textsOf } from './limit-fields.tsx'

type Account = Reply<'getAccount'>
type Kind = Account['kind']

interface AccountFormProps {
  /** Absent = a new one. */
  readonly account?: Account
  readonly onClose: () => void
}

/** Select values are never empty; this stands for "no group of its own". */
const DEFAULT_GROUP = ' '

export function AccountForm({ account, onClose }: AccountFormProps) {
  const t = useMessages(accountMessages)
  const groups = useApi('listGroups', {}, { account: null })
  const [name, setName] = useState(account?.name ?? '')
  const [kind, setKind] = useState<Kind>(account?.kind ?? 'team')
  const [group, setGroup] = useState(account?.group || DEFAULT_GROUP)
  const [timeZone, setTimeZone] = useState(account?.time_zone ?? 'UTC')
  const [limits, setLimits] = useState(textsOf(account?.limits ?? {}))
  const [tried, setTried] = useState(false)
  const done = (saved: Account): void => {
    toast(account === undefined ? t('added', { name: saved.name }) : t('saved'))
    onClose()
  }
  const invalidates = ['listAccounts', 'getAccount'] as const
  const create = useAct('createAccount', { account: null, invalidates, onDone: done })
  const update = useAct('updateAccount', { account: null, invalidates, onDone: done })
  const act = account === undefined ? create : update
  const send = (): void => {
    setTried(true)
    const figures = limitsIn(limits)
    if (name.trim() === '' || figures === undefined) return
    const common = { name: name.trim(), kind, group: group.trim(), time_zone: timeZone.trim() }
    if (account === undefined) create.mutate({ body: { ...common, limits: givenIn(figures) } })
    else update.mutate({ params: { account_id: account.id }, body: { ...common, limits: figures } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={account === undefined ? t('add') : t('editTitle', { name: account.name })}
      size="md"
      submit={account === undefined ? t('add') : t('save')}
      busy={act.isPending}
      error={act.error}
      onSubmit={send}
    >
      <TextField
        label={t('name')}
        value={name}
        onChange={setName}
        error={tried && name.trim() === '' ? t('nameMissing') : ''}
        maxLength={100}
        autoComplete="off"
      />
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        <SelectField<Kind>
          label={t('kind')}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'team', label: t('team') },
            { value: 'person', label: t('person') },
          ]}
        />
        <SelectField
          label={t('group')}
          value={group}
          onChange={setGroup}
          options={[
            { value: DEFAULT_GROUP, label: t('noGroup') },
            ...(groups.data?.data ?? [])
              .filter((one) => one.name !== 'default')
              .map((one) => ({ value: one.name, label: one.name })),
          ]}
        />
        <TextField label={t('timeZone')} value={timeZone} onChange={setTimeZone} autoComplete="off" />
      </div>
      <LimitFields
        legend={t('limits')}
        help={t('limitsHelp')}
        texts={limits}
        onChange={setLimits}
        showErrors={tried}
        placeholder={t('ofGroup')}
      />
    </FormDialog>
  )
}
