import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Account } from '../../../api/generated/operations.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { hasRole, sessionQuery, usePerson } from '../../../app/session.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { useRoleNames } from '../../../shell/role-names.ts'
import { Button } from '../../../ui/button.tsx'
import { Card, Details } from '../../../ui/card.tsx'
import { Code, CopyButton } from '../../../ui/copy.tsx'
import { TextField } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { Notice } from '../../../ui/notice.tsx'
import { Loaded, useErrorText } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { teamMessages } from '../messages/team.ts'
import { TimeZoneField } from '../parts/time-zone-field.tsx'
import { isMember } from './roles.ts'

const LONGEST_NAME = 200

export function AccountCard({ accountId }: { readonly accountId: string }) {
  const t = useMessages(teamMessages)
  const format = useFormatter()
  const roles = useRoleNames()
  const session = usePerson()
  const account = useApi('getAccount', { params: { account_id: accountId } })
  const mayChange = hasRole(session, 'admin')
  const role = session.role === null || !isMember(session) ? t('asOperator') : roles[session.role]
  return (
    <Card title={t('account')}>
      <Loaded query={account}>
        {(data) => (
          <div className="flex flex-col gap-5">
            {mayChange && <AccountForm account={data} />}
            <Details
              {...(mayChange ? { className: 'border-t border-line pt-4' } : {})}
              items={[
                ...(mayChange
                  ? []
                  : [
                      { label: t('accountName'), value: data.name },
                      { label: t('accountZone'), value: data.time_zone },
                    ]),
                { label: t('yourRole'), value: role },
                { label: t('accountGroup'), value: data.group === '' ? t('accountGroupDefault') : data.group },
                // The account that every gateway begins with was made by nobody.
                ...(data.created_at === 0 ? [] : [{ label: t('accountSince'), value: format.date(data.created_at) }]),
                {
                  label: t('accountId'),
                  value: (
                    <span className="flex flex-wrap items-center gap-1">
                      <Code>{data.id}</Code>
                      <CopyButton small text={data.id} label={t('accountId')} />
                    </span>
                  ),
                },
              ]}
            />
          </div>
        )}
      </Loaded>
    </Card>
  )
}

function AccountForm({ account }: { readonly account: Account }) {
  const t = useMessages(teamMessages)
  const ui = useMessages(uiMessages)
  const explain = useErrorText()
  const client = useQueryClient()
  const [name, setName] = useState(account.name)
  const [timeZone, setTimeZone] = useState(account.time_zone)
  const [problem, setProblem] = useState('')
  const save = useAct('updateAccount', {
    invalidates: ['getAccount'],
    onDone: () => {
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
      toast(t('accountSaved'))
    },
  })
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const wanted = name.trim()
    const found = wanted === '' ? ui('required') : wanted.length > LONGEST_NAME ? t('accountNameLong') : ''
    setProblem(found)
    if (found === '') save.mutate({ params: { account_id: account.id }, body: { name: wanted, time_zone: timeZone } })
  }
  const isSame = name.trim() === account.name && timeZone === account.time_zone
  return (
    <form noValidate onSubmit={send} className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('accountName')}
          value={name}
          onChange={setName}
          error={problem}
          autoComplete="organization"
        />
        <TimeZoneField label={t('accountZone')} help={t('accountZoneHelp')} value={timeZone} onChange={setTimeZone} />
      </div>
      {save.error !== null && (
        <Notice tone="bad" title={explain(save.error).title}>
          {explain(save.error).detail !== null && <span lang="en">{explain(save.error).detail}</span>}
        </Notice>
      )}
      <Button type="submit" tone="primary" busy={save.isPending} disabled={isSame} className="self-start">
        {ui('save')}
      </Button>
    </form>
  )
}
