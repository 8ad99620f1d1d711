import { type FormEvent, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useAct } from '../../../api/hooks.ts'
import { sessionQuery, usePerson } from '../../../app/session.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card, Details } from '../../../ui/card.tsx'
import { Code, CopyButton } from '../../../ui/copy.tsx'
import { TextField } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { Notice } from '../../../ui/notice.tsx'
import { useErrorText } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { profileMessages } from '../messages/profile.ts'
import { RegionCard } from '../parts/region-card.tsx'
import { SettingsFrame } from '../settings-frame.tsx'
import { ConfirmEmail, EmailAddress } from './email-address.tsx'

const LONGEST_NAME = 200

export function ProfileSection() {
  return (
    <SettingsFrame section="profile">
      <YouCard />
      <RegionCard />
      <ConfirmEmail />
    </SettingsFrame>
  )
}

function YouCard() {
  const t = useMessages(profileMessages)
  const format = useFormatter()
  const { person } = usePerson()
  return (
    <Card title={t('you')}>
      <div className="flex flex-col gap-5">
        <NameForm name={person.name} />
        <Details
          className="border-t border-line pt-4"
          items={[
            {
              label: t('email'),
              value: <EmailAddress />,
            },
            ...(person.operator ? [{ label: t('rights'), value: t('operator') }] : []),
            { label: t('since'), value: format.date(person.created_at) },
            ...(person.last_log_in_at === null
              ? []
              : [{ label: t('lastLogIn'), value: format.dateTime(person.last_log_in_at) }]),
            {
              label: t('id'),
              value: (
                <span className="flex flex-wrap items-center gap-1">
                  <Code>{person.id}</Code>
                  <CopyButton small text={person.id} label={t('id')} />
                </span>
              ),
            },
          ]}
        />
      </div>
    </Card>
  )
}

function NameForm({ name: saved }: { readonly name: string }) {
  const t = useMessages(profileMessages)
  const ui = useMessages(uiMessages)
  const explain = useErrorText()
  const client = useQueryClient()
  const [name, setName] = useState(saved)
  const [problem, setProblem] = useState('')
  const rename = useAct('updateProfile', {
    account: null,
    onDone: () => {
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
      void client.invalidateQueries({ queryKey: ['listMembers'] })
      toast(t('saved'))
    },
  })
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const wanted = name.trim()
    const found = wanted === '' ? ui('required') : wanted.length > LONGEST_NAME ? t('nameTooLong') : ''
    setProblem(found)
    if (found === '') rename.mutate({ body: { name: wanted } })
  }
  return (
    <form noValidate onSubmit={send} className="flex flex-col gap-3">
      <div className="flex flex-col gap-3 sm:flex-row sm:items-start">
        <div className="min-w-0 flex-1">
          <TextField
            label={t('name')}
            help={t('nameHelp')}
            autoComplete="name"
            value={name}
            onChange={setName}
            error={problem}
          />
        </div>
        <Button
          type="submit"
          tone="primary"
          busy={rename.isPending}
          disabled={name.trim() === saved}
          className="self-start sm:mt-6"
        >
          {ui('save')}
        </Button>
      </div>
      {rename.error !== null && (
        <Notice tone="bad" title={explain(rename.error).title}>
          {explain(rename.error).detail !== null && <span lang="en">{explain(rename.error).detail}</span>}
        </Notice>
      )}
    </form>
  )
}
