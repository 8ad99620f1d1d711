// Adding a provider: pick one, give it what it needs, try it, save it.
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import type { Body, Reply } from '../../../api/client.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog, FormDialog } from '../../../ui/dialog.tsx'
import { TextAreaField, TextField } from '../../../ui/field.tsx'
import { SelectField } from '../../../ui/select.tsx'
import { Loaded, useErrorText } from '../../../ui/states.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { toast } from '../../../ui/toast.tsx'
import { providerFormMessages } from '../messages/provider-form.ts'
import { providerTestMessages } from '../messages/provider-test.ts'
import { providerMessages } from '../messages/providers.ts'
import { TestResult } from './test-result.tsx'

type Known = Reply<'listKnownProviders'>['data'][number]

const GROUPS: readonly (readonly [Known['kind'], PlainKey<typeof providerFormMessages>])[] = [
  ['vendor', 'groupVendor'],
  ['cloud', 'groupCloud'],
  ['server', 'groupServer'],
  ['other', 'groupOther'],
]
const LABELS: Readonly<Record<string, PlainKey<typeof providerFormMessages>>> = {
  base_url: 'baseUrl',
  secret: 'secret',
  api_version: 'apiVersion',
  project: 'project',
  location: 'location',
  region: 'region',
  access_key_id: 'accessKeyId',
  secret_access_key: 'secretAccessKey',
  session_token: 'sessionToken',
}
const OF_CREDENTIAL: ReadonlySet<string> = new Set(['secret', 'access_key_id', 'secret_access_key', 'session_token'])

interface AddProps {
  readonly taken: readonly string[]
  readonly onClose: () => void
}

export function AddProvider({ taken, onClose }: AddProps) {
  const [picked, setPicked] = useState<Known | null>(null)
  return picked === null ? (
    <PickProvider onClose={onClose} onPick={setPicked} />
  ) : (
    <ProviderForm key={picked.name} known={picked} taken={taken} onBack={() => setPicked(null)} onClose={onClose} />
  )
}

function PickProvider({ onClose, onPick }: { readonly onClose: () => void; readonly onPick: (known: Known) => void }) {
  const t = useMessages(providerFormMessages)
  const [wanted, setWanted] = useState('')
  const known = useApi('listKnownProviders', {}, { account: null, staleMs: Infinity })
  const fits = ({ title, name }: Known): boolean =>
    `${title} ${name}`.toLowerCase().includes(wanted.trim().toLowerCase())
  return (
    <Dialog open onClose={onClose} title={t('pick')} size="md">
      <TextField label={t('pickSearch')} value={wanted} onChange={setWanted} autoFocus type="search" />
      <Loaded query={known}>
        {({ data }) =>
          GROUPS.map(([kind, label]) => {
            const shown = data.filter((one) => one.kind === kind && fits(one))
            if (shown.length === 0) return null
            return (
              <section key={kind} className="mt-4">
                <h3 className="mb-1.5 text-sm font-medium text-soft">{t(label)}</h3>
                <ul className="m-0 grid list-none grid-cols-1 gap-1.5 p-0 sm:grid-cols-2">
                  {shown.map((one) => (
                    <li key={one.id}>
                      <button
                        type="button"
                        onClick={() => onPick(one)}
                        className="flex w-full flex-col rounded-md border border-line bg-surface px-3 py-2 text-left hover:border-line-strong hover:bg-hover"
                      >
                        <span className="font-medium">{one.title}</span>
                        <span className="truncate text-sm text-soft">{one.base_url || one.type}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              </section>
            )
          })
        }
      </Loaded>
    </Dialog>
  )
}

type Serves = 'vendor' | 'listed' | 'none'

interface FormProps extends AddProps {
  readonly known: Known
  readonly onBack: () => void
}

function ProviderForm({ known, taken, onBack, onClose }: FormProps) {
  const t = useMessages(providerFormMessages)
  const common = useMessages(providerMessages)
  const trial = useMessages(providerTestMessages)
  const explain = useErrorText()
  const [name, setName] = useState(freeName(known.name === 'custom' ? 'upstream' : known.name, taken))
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    known.kind === 'server' ? { base_url: known.base_url } : {},
  )
  const [serves, setServes] = useState<Serves>(known.vendor === '' ? 'listed' : 'vendor')
  const [models, setModels] = useState('')
  const [testModel, setTestModel] = useState('')
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const create = useAct('createProvider', {
    account: null,
    invalidates: ['listProviders', 'listModelRoutes', 'getOverview'],
    onDone: (made) => {
      toast(t('added', { name: made.name }))
      onClose()
    },
  })
  const test = useAct('tryProvider', { account: null })

  const check = (): boolean => {
    const found: Record<string, string> = {}
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) found['name'] = t('nameWrong')
    else if (taken.includes(name)) found['name'] = t('nameTaken')
    for (const field of known.fields) {
      const value = values[field.name]?.trim() ?? ''
      if (field.required && value === '')
        found[field.name] = t(OF_CREDENTIAL.has(field.name) ? 'secretMissing' : 'fieldMissing')
      else if (field.name === 'base_url' && !/^https?:\/\/[^\s]+$/.test(value)) found[field.name] = t('baseUrlWrong')
    }
    setErrors(found)
    return Object.keys(found).length === 0
  }
  const wanted = (): Body<'createProvider'> => wantedOf(known, name, values, serves, models)
  const listed = test.data?.models ?? null
  return (
    <FormDialog
      open
      onClose={onClose}
      title={known.title}
      size="md"
      submit={common('add')}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => {
        if (check()) create.mutate({ body: wanted() })
      }}
    >
      <div>
        <Button tone="quiet" size="sm" icon={<ArrowLeft aria-hidden className="size-4" />} onClick={onBack}>
          {t('back')}
        </Button>
      </div>
      <TextField
        label={common('name')}
        help={t('nameHelp')}
        value={name}
        onChange={setName}
        error={errors['name']}
        autoComplete="off"
      />
      {known.fields.map((field) => {
        const isSecret = field.kind !== 'text'
        const label = field.kind === 'secret-text' ? 'secretJson' : LABELS[field.name]
        const shared = {
          label: label === undefined ? field.name : t(label),
          value: values[field.name] ?? '',
          onChange: (value: string) => setValues({ ...values, [field.name]: value }),
          error: errors[field.name],
          optional: !field.required,
          placeholder: field.example,
          autoComplete: 'off',
          spellCheck: false,
        }
        if (field.kind === 'secret-text')
          return <TextAreaField key={field.name} {...shared} rows={5} help={t('secretHelp')} />
        const help =
          field.name === 'secret' ? t('secretHelp') : field.name === 'base_url' ? t('baseUrlHelp') : undefined
        return (
          <TextField
            key={field.name}
            {...shared}
            type={isSecret ? 'password' : 'text'}
            {...(help === undefined ? {} : { help })}
          />
        )
      })}
      {known.keys_page !== '' && (
        <p className="text-sm text-soft">
          {t('keysPage')}{' '}
          <a href={known.keys_page} target="_blank" rel="noreferrer" className="link break-all">
            {known.keys_page}
          </a>
        </p>
      )}
      <SelectField
        label={t('modelsServed')}
        value={serves}
        onChange={setServes}
        options={[
          ...(known.vendor === '' ? [] : [{ value: 'vendor' as const, label: t('modelsVendor') }]),
          { value: 'listed' as const, label: t('modelsListed') },
          { value: 'none' as const, label: t('modelsNone') },
        ]}
      />
      {serves === 'listed' && (
        <TextAreaField
          label={t('modelsListed')}
          help={t('modelsHelp')}
          value={models}
          onChange={setModels}
          rows={4}
          spellCheck={false}
        />
      )}
      <div className="flex flex-col gap-3 rounded-md border border-line p-3">
        <TextField
          label={trial('testModel')}
          help={trial('testModelHelp')}
          value={testModel}
          onChange={setTestModel}
          autoComplete="off"
        />
        <div className="flex flex-wrap items-center gap-2">
          <Button
            busy={test.isPending}
            onClick={() => {
              const model = testModel.trim()
              if (check()) test.mutate({ body: { provider: wanted(), ...(model === '' ? {} : { model }) } })
            }}
          >
            {test.isPending ? trial('testing') : t('testBefore')}
          </Button>
          {listed !== null && listed.length > 0 && serves === 'listed' && (
            <Button tone="quiet" onClick={() => setModels(listed.join('\n'))}>
              {t('modelsListed')} ({listed.length})
            </Button>
          )}
        </div>
        {test.data !== undefined && <TestResult result={test.data} />}
        {test.error !== null && (
          <Notice tone="bad" title={explain(test.error).title}>
            <span lang="en">{explain(test.error).detail}</span>
          </Notice>
        )}
      </div>
    </FormDialog>
  )
}

function wantedOf(
  known: Known,
  name: string,
  values: Readonly<Record<string, string>>,
  serves: Serves,
  models: string,
): Body<'createProvider'> {
  const given = Object.fromEntries(
    Object.entries(values)
      .map(([field, value]) => [field, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  )
  const part = (isOfCredential: boolean) =>
    Object.fromEntries(Object.entries(given).filter(([field]) => OF_CREDENTIAL.has(field) === isOfCredential))
  const credential = part(true)
  const listed = models
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean)
  return {
    name,
    type: known.type as NonNullable<Body<'createProvider'>['type']>,
    ...(known.type === 'openai-compatible' && known.base_url !== '' ? { base_url: known.base_url } : {}),
    ...part(false),
    ...(known.quirks === '' ? {} : { quirks: known.quirks as NonNullable<Body<'createProvider'>['quirks']> }),
    ...(Object.keys(credential).length === 0 ? {} : { credentials: [credential] }),
    ...(serves === 'vendor' ? {} : { models: serves === 'none' ? [] : [...new Set(listed)] }),
  }
}

function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted
  for (let number = 2; ; number++) {
    if (!taken.includes(`${wanted}-${number}`)) return `${wanted}-${number}`
  }
}
