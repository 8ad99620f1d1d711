import { Plus, Users } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Reply } from '../../api/client.ts'
import { useAct, usePages } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ConfirmDialog, Dialog, FormDialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { MenuItem, RowMenu } from '../../ui/menu.tsx'
import { Page } from '../../ui/page.tsx'
import { SelectField } from '../../ui/select.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { Checkbox } from '../../ui/toggles.tsx'
import { peopleMessages } from './messages/people.ts'

type Person = Reply<'listPeople'>['data'][number]
type Link = Reply<'createPersonLink'>
type Status = 'all' | 'operators' | Person['status']
type Act = 'operator' | 'suspend' | 'reset'

const SHOWS = ['listPeople'] as const

export function PeoplePage() {
  const t = useMessages(peopleMessages)
  const format = useFormatter()
  const [wanted, setWanted] = useState('')
  const [status, setStatus] = useState<Status>('all')
  const [isAdding, setAdding] = useState(false)
  const [asked, setAsked] = useState<{ readonly act: Act; readonly person: Person } | null>(null)
  const [link, setLink] = useState<{ readonly mail: string; readonly link: Link } | null>(null)
  const isMail = /^[^\s@]+@[^\s@]+$/.test(wanted.trim())
  const people = usePages(
    'listPeople',
    {
      query: {
        limit: 100,
        ...(isMail ? { email: wanted.trim() } : {}),
        ...(status === 'operators' ? { operator: 'true' as const } : status === 'all' ? {} : { status }),
      },
    },
    { account: null },
  )
  const update = useAct('updatePerson', { account: null, invalidates: SHOWS, onDone: () => toast(t('saved')) })
  const restore = useAct('restorePerson', {
    account: null,
    invalidates: SHOWS,
    onDone: ({ email: mail }) => toast(t('isRestored', { mail })),
  })
  const makeLink = useAct('createPersonLink', { account: null })
  const columns = useMemo(
    (): Column<Person>[] => [
      {
        id: 'mail',
        header: t('mail'),
        onPhone: 'title',
        sortBy: ({ email }) => email,
        cell: ({ email, name }) => (
          <span className="flex flex-col">
            <span className="font-medium break-all">{email}</span>
            {name !== '' && <span className="text-sm break-words text-soft">{name}</span>}
          </span>
        ),
      },
      {
        id: 'status',
        header: t('status'),
        cell: (person) => (
          <span className="flex flex-wrap gap-1.5">
            <Badge tone={person.status === 'active' ? 'good' : 'bad'} dot>
              {t(person.status)}
            </Badge>
            {person.operator && <Badge tone="accent">{t('operator')}</Badge>}
            {person.email_verified_at === null && <Badge tone="warn">{t('notVerified')}</Badge>}
          </span>
        ),
      },
      {
        id: 'log-in',
        header: t('lastLogIn'),
        sortBy: (person) => person.last_log_in_at,
        cell: (person) => (person.last_log_in_at === null ? t('never') : format.ago(person.last_log_in_at)),
      },
      {
        id: 'created',
        header: t('created'),
        align: 'end',
        sortBy: (one) => one.created_at,
        cell: (one) => format.date(one.created_at),
      },
      {
        id: 'menu',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (person) => {
          const params = { person_id: person.id }
          return (
            <RowMenu label={person.email}>
              {person.operator ? (
                <MenuItem onSelect={() => update.mutate({ params, body: { operator: false } })}>
                  {t('takeOperator')}
                </MenuItem>
              ) : (
                <MenuItem onSelect={() => setAsked({ act: 'operator', person })}>{t('makeOperator')}</MenuItem>
              )}
              <MenuItem
                onSelect={() =>
                  makeLink.mutate(
                    { params, body: {} },
                    { onSuccess: (made) => setLink({ mail: person.email, link: made }) },
                  )
                }
              >
                {t('link')}
              </MenuItem>
              <MenuItem onSelect={() => setAsked({ act: 'reset', person })}>{t('resetFactors')}</MenuItem>
              {person.status === 'active' ? (
                <MenuItem tone="danger" onSelect={() => setAsked({ act: 'suspend', person })}>
                  {t('suspend')}
                </MenuItem>
              ) : (
                <MenuItem onSelect={() => restore.mutate({ params })}>{t('restore')}</MenuItem>
              )}
            </RowMenu>
          )
        },
      },
    ],
    [t, format, update, makeLink, restore],
  )
  const failed = update.error ?? restore.error ?? makeLink.error
  return (
    <Page
      title={t('title')}
      description={t('description')}
      width="wide"
      actions={
        <Button tone="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdding(true)}>
          {t('add')}
        </Button>
      }
    >
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-[20rem_14rem]">
        <TextField label={t('search')} type="search" value={wanted} onChange={setWanted} autoComplete="off" />
        <SelectField<Status>
          label={t('status')}
          value={status}
          onChange={setStatus}
          options={[
            { value: 'all', label: t('allStates') },
            { value: 'active', label: t('active') },
            { value: 'suspended', label: t('suspended') },
            { value: 'operators', label: t('onlyOperators') },
          ]}
        />
      </div>
      {failed !== null && <ErrorState error={failed} className="py-4" />}
      <Card flush>
        {people.error !== null && people.entries.length === 0 ? (
          <ErrorState error={people.error} retry={people.retry} />
        ) : (
          <DataTable
            label={t('title')}
            columns={columns}
            rows={people.entries}
            rowKey={({ id }) => id}
            isPending={people.isPending}
            more={people}
            isFaint={(person) => person.status === 'suspended'}
            empty={<EmptyState icon={<Users />} title={t('empty')} />}
          />
        )}
      </Card>
      {isAdding && (
        <AddPerson
          onClose={() => setAdding(false)}
          onMade={(mail, made) => {
            setAdding(false)
            setLink({ mail, link: made })
          }}
        />
      )}
      {asked !== null && (
        <PersonAct
          key={asked.act}
          {...asked}
          onClose={() => setAsked(null)}
          onLink={(made) => setLink({ mail: asked.person.email, link: made })}
        />
      )}
      {link !== null && (
        <Dialog
          open
          firm
          size="md"
          onClose={() => setLink(null)}
          title={t('linkTitle', { mail: link.mail })}
          description={t('linkText')}
          footer={
            <Button tone="primary" onClick={() => setLink(null)}>
              {t('done')}
            </Button>
          }
        >
          <CodeBlock code={link.link.url} wrap label={t('link')} />
          <p className="mt-2 text-sm text-soft">{t('linkExpires', { time: format.dateTime(link.link.expires_at) })}</p>
        </Dialog>
      )}
    </Page>
  )
}

interface AddProps {
  readonly onClose: () => void
  readonly onMade: (mail: string, link: Link) => void
}

function AddPerson({ onClose, onMade }: AddProps) {
  const t = useMessages(peopleMessages)
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [operator, setOperator] = useState(false)
  const [tried, setTried] = useState(false)
  const isMail = /^[^\s@]+@[^\s@]+$/.test(email.trim())
  const add = useAct('createPerson', {
    account: null,
    invalidates: SHOWS,
    onDone: (made) => {
      toast(t('added', { mail: made.email }))
      onMade(made.email, made.link)
    },
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('add')}
      submit={t('add')}
      busy={add.isPending}
      error={add.error}
      onSubmit={() => {
        setTried(true)
        if (isMail) add.mutate({ body: { email: email.trim(), name: name.trim(), operator } })
      }}
    >
      <TextField
        label={t('mail')}
        type="email"
        value={email}
        onChange={setEmail}
        error={tried && !isMail ? t('mailWrong') : ''}
        autoComplete="off"
      />
      <TextField label={t('name')} optional value={name} onChange={setName} maxLength={100} autoComplete="off" />
      <Checkbox label={t('operator')} help={t('operatorHelp')} checked={operator} onChange={setOperator} />
    </FormDialog>
  )
}

interface ActProps {
  readonly act: Act
  readonly person: Person
  readonly onClose: () => void
  readonly onLink: (link: Link) => void
}

function PersonAct({ act, person, onClose, onLink }: ActProps) {
  const t = useMessages(peopleMessages)
  const { email: mail } = person
  const params = { person_id: person.id }
  const update = useAct('updatePerson', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('saved'))
      onClose()
    },
  })
  const suspend = useAct('suspendPerson', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('isSuspended', { mail }))
      onClose()
    },
  })
  const reset = useAct('resetPersonFactors', {
    account: null,
    invalidates: SHOWS,
    onDone: (made) => {
      onClose()
      onLink(made)
    },
  })
  const texts = {
    operator: { title: t('operatorTitle', { mail }), text: t('operatorText'), confirm: t('makeOperator') },
    suspend: { title: t('suspendTitle', { mail }), text: t('suspendText'), confirm: t('suspend') },
    reset: { title: t('resetTitle', { mail }), text: t('resetText'), confirm: t('resetFactors') },
  }[act]
  const { isPending, error } = { operator: update, suspend, reset }[act]
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={texts.title}
      confirm={texts.confirm}
      busy={isPending}
      error={error}
      onConfirm={() => {
        if (act === 'operator') update.mutate({ params, body: { operator: true } })
        else if (act === 'suspend') suspend.mutate({ params })
        else reset.mutate({ params })
      }}
    >
      {texts.text}
    </ConfirmDialog>
  )
}
