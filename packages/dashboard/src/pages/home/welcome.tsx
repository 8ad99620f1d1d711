import { Link } from '@tanstack/react-router'
import { Activity, BookOpen, Boxes, Plug } from 'lucide-react'
import { useEffect } from 'react'
import { BRAND, ORIGIN } from '../../app/base.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { homeMessages } from './messages.ts'

const DOORS = [
  { to: '/docs', icon: BookOpen, title: 'docs', text: 'docsText' },
  { to: '/catalogue', icon: Boxes, title: 'models', text: 'modelsText' },
  { to: '/connect', icon: Plug, title: 'connect', text: 'connectText' },
  { to: '/status', icon: Activity, title: 'status', text: 'statusText' },
] as const

/** For somebody who opened the address in a browser, and is not logged in. */
export function Welcome() {
  const t = useMessages(homeMessages)
  useEffect(() => {
    document.title = BRAND
  }, [])
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-10 sm:px-8 sm:py-20">
      <p className="font-medium text-accent">{BRAND}</p>
      <h1 className="mt-2 text-2xl font-semibold">{t('welcomeTitle')}</h1>
      <p className="mt-3 max-w-prose text-lg text-soft">{t('welcomeText')}</p>
      <div className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-line bg-surface py-2 pr-2 pl-4">
        <span className="text-soft">{t('baseUrl')}</span>
        <code className="min-w-0 flex-1 font-mono text-lg break-all">{ORIGIN}/v1</code>
        <CopyButton text={`${ORIGIN}/v1`} label={t('baseUrl')} size="md" />
      </div>
      <div className="mt-5 flex flex-wrap gap-2">
        <ButtonLink to="/log-in" tone="primary">
          {t('logIn')}
        </ButtonLink>
        <ButtonLink to="/docs">{t('readDocs')}</ButtonLink>
      </div>
      <ul className="m-0 mt-10 grid list-none gap-3 p-0 sm:grid-cols-2">
        {DOORS.map(({ to, icon: Icon, title, text }) => (
          <li key={to}>
            <Link
              to={to}
              className="flex h-full gap-3 rounded-lg border border-line bg-surface p-4 transition-colors hover:border-line-strong"
            >
              <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
              <span>
                <span className="block font-semibold">{t(title)}</span>
                <span className="mt-0.5 block text-soft">{t(text)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}
