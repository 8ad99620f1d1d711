// "Is it still you?": opened by the client when the gateway asks for a fresh factor. The act that needed it then goes on.
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Fingerprint } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { callApi, surroundings } from '../api/client.ts'
import { apiQuery } from '../api/hooks.ts'
import { askPasskey, canUsePasskeys, PasskeyCancelled } from '../api/passkeys.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Notice } from '../ui/notice.tsx'
import { SkeletonLines, useErrorText } from '../ui/states.tsx'
import { shellMessages } from './messages/shell.ts'

type Way = 'password' | 'code' | 'recovery_code'

export function ProofDialog({ onEnd }: { readonly onEnd: (proved: boolean) => void }) {
  const t = useMessages(shellMessages)
  return (
    <Dialog open onClose={() => onEnd(false)} title={t('proofTitle')} description={t('proofText')} firm>
      <ProofForm onProved={() => onEnd(true)} />
    </Dialog>
  )
}

function ProofForm({ onProved }: { readonly onProved: () => void }) {
  const t = useMessages(shellMessages)
  const explain = useErrorText()
  const factors = useQuery(apiQuery('getFactors', {}, { account: null, staleMs: 0 })).data
  const [way, setWay] = useState<Way | null>(null)
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const [missing, setMissing] = useState(false)
  if (factors === undefined) return <SkeletonLines />
  const strong = factors.totp || factors.passkeys > 0
  // Who has an app or a passkey shows that one: the gateway takes no password from them here.
  const typed: Way | null = way ?? (factors.totp ? 'code' : strong ? null : factors.password ? 'password' : null)
  const labels = { password: t('proofPassword'), code: t('proofCode'), recovery_code: t('proofRecovery') }

  const attempt = async (act: () => Promise<{ readonly csrf_token: string }>): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      surroundings.csrfToken = (await act()).csrf_token
      onProved()
    } catch (failure) {
      if (!(failure instanceof PasskeyCancelled))
        setError(failure instanceof Error ? failure : new Error(String(failure)))
    } finally {
      setBusy(false)
    }
  }
  const send = (event: FormEvent): void => {
    event.preventDefault()
    setMissing(text.trim() === '')
    if (typed === null || text.trim() === '') return
    const body = typed === 'password' ? { password: text } : { [typed]: text.trim() }
    void attempt(async () => await callApi('prove', { body }, { account: null }))
  }
  const withPasskey = async (): Promise<{ readonly csrf_token: string }> => {
    const { options } = await callApi('askForProof', {}, { account: null })
    return await callApi('proveWithPasskey', { body: { credential: await askPasskey(options) } }, { account: null })
  }
  return (
    <div className="flex flex-col gap-4">
      {error !== null && (
        <Notice tone="bad" title={explain(error).title}>
          {explain(error).detail !== null && <span lang="en">{explain(error).detail}</span>}
        </Notice>
      )}
      {factors.passkeys > 0 && canUsePasskeys() && (
        <Button
          tone="primary"
          busy={busy}
          icon={<Fingerprint aria-hidden className="size-4" />}
          onClick={() => void attempt(withPasskey)}
        >
          {t('proofUsePasskey')}
        </Button>
      )}
      {typed !== null && (
        <form noValidate onSubmit={send} className="flex flex-col gap-3">
          <TextField
            label={labels[typed]}
            type={typed === 'password' ? 'password' : 'text'}
            autoComplete={typed === 'password' ? 'current-password' : 'one-time-code'}
            inputMode={typed === 'code' ? 'numeric' : 'text'}
            autoFocus
            value={text}
            onChange={setText}
            error={missing && text === '' ? t('proofNeeded') : undefined}
          />
          <Button type="submit" tone="primary" busy={busy}>
            {t('proofGo')}
          </Button>
        </form>
      )}
      {strong && factors.recovery_codes > 0 && typed !== 'recovery_code' && (
        <Button tone="quiet" onClick={() => setWay('recovery_code')}>
          {t('proofUseRecovery')}
        </Button>
      )}
      {!strong && !factors.password && <IssuerProof />}
    </div>
  )
}

/** For people who have nothing else: the browser goes to the issuer, and the act has to be done again afterwards. */
function IssuerProof() {
  const t = useMessages(shellMessages)
  const router = useRouter()
  const issuers = useQuery(apiQuery('getLogInMethods', {}, { account: null })).data?.issuers ?? []
  const go = async (name: string): Promise<void> => {
    const body = { return_to: router.state.location.href }
    const { url } = await callApi('proveWithIssuer', { params: { name }, body }, { account: null })
    location.assign(url)
  }
  return issuers.map(({ name, title }) => (
    <Button key={name} onClick={() => void go(name)}>
      {t('proofUseIssuer', { issuer: title || name })}
    </Button>
  ))
}
