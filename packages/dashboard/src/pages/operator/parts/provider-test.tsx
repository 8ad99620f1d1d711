import { useState } from 'react'
import { useAct } from '../../../api/hooks.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { SelectField } from '../../../ui/select.tsx'
import { useErrorText } from '../../../ui/states.tsx'
import { providerFormMessages } from '../messages/provider-form.ts'
import { providerTestMessages } from '../messages/provider-test.ts'
import { providerMessages } from '../messages/providers.ts'
import type { Provider } from './provider-state.tsx'
import { TestResult } from './test-result.tsx'

export function ProviderTest({ provider }: { readonly provider: Provider }) {
  const t = useMessages(providerTestMessages)
  const common = useMessages(providerMessages)
  const form = useMessages(providerFormMessages)
  const explain = useErrorText()
  const [model, setModel] = useState('')
  const [fingerprint, setFingerprint] = useState(provider.credentials[0]?.fingerprint ?? '')
  const test = useAct('testProvider', { account: null })
  return (
    <Card title={t('testCall')} description={t('testCallText')}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          const wanted = model.trim()
          test.mutate({
            params: { provider: provider.name },
            body: { ...(wanted === '' ? {} : { model: wanted }), ...(fingerprint === '' ? {} : { fingerprint }) },
          })
        }}
      >
        <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-[1fr_14rem_auto]">
          <TextField
            label={t('testModel')}
            help={t('testModelHelp')}
            value={model}
            onChange={setModel}
            autoComplete="off"
          />
          {provider.credentials.length > 1 ? (
            <SelectField
              label={common('credential')}
              value={fingerprint}
              onChange={setFingerprint}
              options={provider.credentials.map((one) => ({
                value: one.fingerprint,
                label: one.label || one.fingerprint,
              }))}
            />
          ) : (
            <span className="max-sm:hidden" />
          )}
          <Button type="submit" busy={test.isPending} className="sm:mt-6">
            {test.isPending ? t('testing') : form('testBefore')}
          </Button>
        </div>
        {test.data !== undefined && <TestResult result={test.data} />}
        {test.error !== null && (
          <Notice tone="bad" title={explain(test.error).title}>
            <span lang="en">{explain(test.error).detail}</span>
          </Notice>
        )}
      </form>
    </Card>
  )
}
