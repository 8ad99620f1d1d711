// What a new account does first, on the page itself: a key, a call, a tool, money. It goes when all of it is done.
import { Check } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAct, useApi } from '../../api/hooks.ts'
import { hasRole, type Session } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { cx } from '../../ui/cx.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { FirstCall } from './first-call.tsx'
import { homeMessages } from './messages.ts'
import { useRemembered } from './remembered.ts'

export function FirstSteps({ session }: { readonly session: Session }) {
  const t = useMessages(homeMessages)
  const mayMakeKeys = hasRole(session, 'developer')
  const [hidden, hide] = useRemembered(`steps-hidden.${session.accountId}`)
  const [connected, connect] = useRemembered(`steps-connected.${session.accountId}`)
  const [secret, setSecret] = useState<string | null>(null)
  const [called, setCalled] = useState(false)
  const wanted = mayMakeKeys && !hidden
  const keys = useApi('listKeys', { query: { limit: 10 } }, { enabled: wanted })
  const calls = useApi('listRequests', { query: { limit: 1 } }, { enabled: wanted })
  const wallet = useApi('getWallet', {}, { enabled: wanted })
  const create = useAct('createKey', {
    invalidates: ['listKeys'],
    onDone: ({ key }) => setSecret(key),
  })
  if (!wanted || keys.data === undefined || calls.data === undefined || wallet.data === undefined) return null
  const hasKey = secret !== null || keys.data.data.some(({ revoked_at: revoked }) => revoked === null)
  const hasCalled = called || calls.data.data.length > 0
  const paysAhead = wallet.data.billing === 'prepaid'
  const hasMoney = Number(wallet.data.available) > 0
  const done = [hasKey, hasCalled, connected, ...(paysAhead ? [hasMoney] : [])]
  const doneCount = done.filter(Boolean).length
  // What was called just now stays to be read.
  if (doneCount === done.length && secret === null && !called) return null
  return (
    <section aria-labelledby="first-steps" className="rounded-lg border border-line bg-surface">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-3">
        <h2 id="first-steps" className="text-base font-semibold">
          {t('stepsTitle')}
        </h2>
        <span className="flex items-center gap-3 text-sm text-soft">
          {t('stepsProgress', { done: doneCount, all: done.length })}
          <Button tone="quiet" size="sm" onClick={hide}>
            {t('stepsHide')}
          </Button>
        </span>
      </div>
      <ol className="m-0 list-none p-0">
        <Step number={1} done={hasKey} title={t('stepKey')} text={t('stepKeyText')}>
          <ErrorNotice error={create.error} />
          {secret === null ? (
            <Button
              tone={hasKey ? 'plain' : 'primary'}
              busy={create.isPending}
              onClick={() => create.mutate({ body: { name: t('stepKeyName') } })}
            >
              {t('stepKeyGo')}
            </Button>
          ) : (
            <>
              <div className="flex items-center gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
                <code data-testid="new-key" className="min-w-0 flex-1 font-mono break-all">
                  {secret}
                </code>
                <CopyButton text={secret} label={t('stepCallKey')} />
              </div>
              <p className="mt-1 text-sm text-warn">{t('stepKeyShown')}</p>
            </>
          )}
        </Step>
        <Step number={2} done={hasCalled} title={t('stepCall')} text={t('stepCallText')}>
          {(!hasCalled || called) && <FirstCall secret={secret} onAnswered={() => setCalled(true)} />}
        </Step>
        <Step number={3} done={connected} title={t('stepConnect')} text={t('stepConnectText')}>
          <ButtonLink to="/connect" onClick={connect}>
            {t('stepConnectGo')}
          </ButtonLink>
        </Step>
        {paysAhead && (
          <Step number={4} done={hasMoney} title={t('stepTopUp')} text={t('stepTopUpText')}>
            <ButtonLink to="/wallet">{t('stepTopUpGo')}</ButtonLink>
          </Step>
        )}
      </ol>
    </section>
  )
}

interface StepProps {
  readonly number: number
  readonly done: boolean
  readonly title: string
  readonly text: string
  readonly children: ReactNode
}

function Step({ number, done, title, text, children }: StepProps) {
  const t = useMessages(homeMessages)
  return (
    <li className="flex gap-3 border-b border-line px-4 py-4 last:border-b-0">
      <span
        className={cx(
          'flex size-6 shrink-0 items-center justify-center rounded-full text-sm font-semibold',
          done ? 'bg-good-soft text-good' : 'bg-sunken text-soft',
        )}
      >
        {done ? <Check role="img" aria-label={t('stepDone')} className="size-3.5" strokeWidth={3} /> : number}
      </span>
      <div className="min-w-0 flex-1">
        <h3 className="font-medium">{title}</h3>
        <p className="text-soft">{text}</p>
        <div className="mt-2.5">{children}</div>
      </div>
    </li>
  )
}
