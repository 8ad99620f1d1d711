import { useId, useState } from 'react'
import type { MadeAccessToken } from '../../../api/generated/operations.ts'
import { useAct } from '../../../api/hooks.ts'
import { usePerson } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { SelectField } from '../../../ui/select.tsx'
import { Checkbox } from '../../../ui/toggles.tsx'
import { tokensMessages } from '../messages/tokens.ts'
import { type Scope, SCOPE_NAMES, SCOPE_TEXTS, SCOPES } from './scopes.ts'

const LONGEST_NAME = 200
const DAYS = ['7', '30', '90', '180', '365'] as const
const SECONDS_OF_A_DAY = 86_400
/** Stands for all accounts: ids are never empty. */
const ALL = ''

interface NewTokenProps {
  readonly onClose: () => void
  readonly onMade: (token: MadeAccessToken) => void
}

export function NewToken({ onClose, onMade }: NewTokenProps) {
  const t = useMessages(tokensMessages)
  const ui = useMessages(uiMessages)
  const { isOperator, memberships } = usePerson()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly Scope[]>(['read'])
  const [account, setAccount] = useState(ALL)
  const [days, setDays] = useState<(typeof DAYS)[number]>('90')
  const [problems, setProblems] = useState({ name: '', scopes: '' })
  const create = useAct('createAccessToken', { account: null, invalidates: ['listAccessTokens'], onDone: onMade })
  const offered = SCOPES.filter((scope) => scope !== 'operator' || isOperator)
  const scopesLabel = useId()

  const send = (): void => {
    const wanted = name.trim()
    const found = {
      name: wanted === '' ? ui('required') : wanted.length > LONGEST_NAME ? t('nameLong') : '',
      scopes: scopesProblem(),
    }
    setProblems(found)
    if (found.name !== '' || found.scopes !== '') return
    create.mutate({
      body: {
        name: wanted,
        scopes,
        expires_in: Number(days) * SECONDS_OF_A_DAY,
        ...(account === ALL ? {} : { account }),
      },
    })
  }
  const scopesProblem = (): string => {
    if (scopes.length === 0) return t('scopesNone')
    return account !== ALL && scopes.includes('operator') ? t('operatorNeedsAll') : ''
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('create')}
      submit={t('create')}
      onSubmit={send}
      busy={create.isPending}
      error={create.error}
    >
      <TextField
        label={t('name')}
        help={t('nameHelp')}
        value={name}
        onChange={setName}
        error={problems.name}
        autoComplete="off"
      />
      <div role="group" aria-labelledby={scopesLabel} className="flex flex-col gap-2">
        <span id={scopesLabel} className="text-sm font-medium">
          {t('scopes')}
        </span>
        {offered.map((scope) => (
          <Checkbox
            key={scope}
            label={t(SCOPE_NAMES[scope])}
            help={t(SCOPE_TEXTS[scope])}
            checked={scopes.includes(scope)}
            onChange={(isOn) => setScopes(isOn ? [...scopes, scope] : scopes.filter((one) => one !== scope))}
          />
        ))}
        {problems.scopes !== '' && (
          <p role="alert" className="text-sm text-bad">
            {problems.scopes}
          </p>
        )}
        <p className="text-sm text-soft">{t('scopeNever')}</p>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t('expiresIn')}
          value={days}
          onChange={setDays}
          options={DAYS.map((value) => ({ value, label: t('days', { count: Number(value) }) }))}
        />
        {memberships.length > 0 && (
          <SelectField
            label={t('account')}
            value={account}
            onChange={setAccount}
            options={[
              { value: ALL, label: t('accountAll') },
              ...memberships.map(({ account: { id, name: label } }) => ({ value: id, label })),
            ]}
          />
        )}
      </div>
      {memberships.length > 0 && <p className="-mt-2 text-sm text-soft">{t('accountHelp')}</p>}
    </FormDialog>
  )
}
