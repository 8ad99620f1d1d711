import { useState } from 'react'
import { useAct } from '../../../api/hooks.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextAreaField, TextField } from '../../../ui/field.tsx'
import { toast } from '../../../ui/toast.tsx'
import { providerFormMessages } from '../messages/provider-form.ts'
import { providerMessages } from '../messages/providers.ts'
import type { Provider } from './provider-state.tsx'

const LIMITS = ['rpm', 'tpm', 'concurrency'] as const

export function EditProvider({ provider, onClose }: { readonly provider: Provider; readonly onClose: () => void }) {
  const t = useMessages(providerMessages)
  const form = useMessages(providerFormMessages)
  const { name, settings } = provider
  const listed = Array.isArray(settings?.['models']) ? settings['models'].join('\n') : ''
  const [baseUrl, setBaseUrl] = useState(typeof settings?.['base_url'] === 'string' ? settings['base_url'] : '')
  const [priority, setPriority] = useState(String(provider.priority))
  const [models, setModels] = useState(listed)
  const [limits, setLimits] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(LIMITS.map((limit) => [limit, String(provider.limits[limit] ?? '')])),
  )
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const update = useAct('updateProvider', {
    account: null,
    invalidates: ['getProvider', 'listProviders', 'listModelRoutes'],
    onDone: () => {
      toast(t('saved'))
      onClose()
    },
  })
  const send = (): void => {
    const found: Record<string, string> = {}
    if (baseUrl.trim() !== '' && !/^https?:\/\/\S+$/.test(baseUrl.trim())) found['baseUrl'] = form('baseUrlWrong')
    if (!/^\d{1,4}$/.test(priority.trim())) found['priority'] = form('wholeNumber')
    for (const limit of LIMITS) if (!/^\d{0,12}$/.test((limits[limit] ?? '').trim())) found[limit] = form('wholeNumber')
    setErrors(found)
    if (Object.keys(found).length > 0) return
    const given = LIMITS.flatMap((limit) => {
      const text = (limits[limit] ?? '').trim()
      return text === '' ? [] : [[limit, Number(text)] as const]
    })
    const lines = models
      .split(/[\n,]/)
      .map((line) => line.trim())
      .filter(Boolean)
    // An empty list means "none by itself"; taking the list away means "all of the vendor".
    const hadList = settings?.['models'] !== undefined
    update.mutate({
      params: { provider: name },
      body: {
        base_url: baseUrl.trim() === '' ? null : baseUrl.trim(),
        priority: Number(priority),
        limits: given.length === 0 ? null : Object.fromEntries(given),
        ...(hadList || lines.length > 0 ? { models: lines } : {}),
      },
    })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={form('editTitle', { name })}
      size="md"
      submit={t('save')}
      busy={update.isPending}
      error={update.error}
      onSubmit={send}
    >
      <TextField
        label={form('baseUrl')}
        help={form('baseUrlHelp')}
        value={baseUrl}
        onChange={setBaseUrl}
        error={errors['baseUrl']}
        spellCheck={false}
      />
      <TextField
        label={t('priority')}
        help={form('priorityHelp')}
        value={priority}
        onChange={setPriority}
        error={errors['priority']}
        inputMode="numeric"
      />
      <fieldset className="m-0 grid grid-cols-1 gap-3 border-0 p-0 sm:grid-cols-3">
        <legend className="mb-1 text-sm font-medium">{t('limits')}</legend>
        {LIMITS.map((limit) => (
          <TextField
            key={limit}
            label={t(limit)}
            value={limits[limit] ?? ''}
            placeholder={t('noLimit')}
            onChange={(value) => setLimits({ ...limits, [limit]: value })}
            error={errors[limit]}
            inputMode="numeric"
          />
        ))}
      </fieldset>
      <TextAreaField
        label={form('modelsServed')}
        help={form('modelsHelp')}
        value={models}
        onChange={setModels}
        rows={5}
        spellCheck={false}
      />
    </FormDialog>
  )
}
