import { Link, Outlet } from '@tanstack/react-router'
import { Menu as MenuIcon, Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { BRAND } from '../app/base.ts'
import { useSession } from '../app/session.ts'
import { watchSession } from '../app/session-watch.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { ButtonLink, IconButton } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Notice } from '../ui/notice.tsx'
import { Mark } from './mark.tsx'
import { shellMessages } from './messages/shell.ts'
import { navigationFor } from './navigation.ts'
import { AccountMenu, CommandPalette, PersonMenu, PreferenceMenu } from './menus.tsx'

/** Navigation at the side, or behind a button on a phone; the page beside it. */
export function Shell() {
  const t = useMessages(shellMessages)
  const session = useSession()
  const [menuOpen, setMenuOpen] = useState(false)
  const [paletteOpen, setPaletteOpen] = useState(false)
  const main = useRef<HTMLElement>(null)
  const personId = session?.person.id
  useEffect(() => (personId === undefined ? undefined : watchSession()), [personId])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setPaletteOpen(true)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        onClick={() => main.current?.focus()}
        className="popup sr-only z-50 px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('skip')}
      </a>
      <header className="sticky top-0 z-20 flex h-14 items-center gap-2 border-b border-line bg-surface px-3 lg:hidden">
        <IconButton label={t('openMenu')} aria-expanded={menuOpen} onClick={() => setMenuOpen(!menuOpen)}>
          {menuOpen ? <X aria-hidden className="size-5" /> : <MenuIcon aria-hidden className="size-5" />}
        </IconButton>
        <Brand />
        <span className="ml-auto" />
        <IconButton label={t('paletteTitle')} onClick={() => setPaletteOpen(true)}>
          <Search aria-hidden className="size-4" />
        </IconButton>
        {session === null && <LogInLink />}
      </header>
      <aside
        className={cx(
          'z-20 flex flex-col border-line bg-surface lg:sticky lg:top-0 lg:flex lg:h-dvh lg:border-r',
          menuOpen ? 'fixed inset-x-0 top-14 bottom-0 overflow-y-auto' : 'hidden',
        )}
      >
        <div className="hidden h-14 shrink-0 items-center px-4 lg:flex">
          <Brand />
        </div>
        {session !== null && <AccountMenu session={session} />}
        <div className="px-3 pb-1">
          <button
            type="button"
            onClick={() => setPaletteOpen(true)}
            className="hidden h-8 w-full items-center gap-2 rounded-md border border-line bg-ground px-2.5 text-sm text-soft hover:border-line-strong lg:flex"
          >
            <Search aria-hidden className="size-3.5" />
            {t('paletteHint')}
            <kbd className="ml-auto font-sans text-xs">
              {/Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'}
            </kbd>
          </button>
        </div>
        <Navigation onGo={() => setMenuOpen(false)} />
        <div className="mt-auto border-t border-line p-2">
          {session === null ? (
            <div className="flex items-center justify-between gap-2 p-1">
              <LogInLink />
              <PreferenceMenu />
            </div>
          ) : (
            <PersonMenu session={session} />
          )}
        </div>
      </aside>
      <main ref={main} id="main" tabIndex={-1} key={session?.accountId ?? ''} className="min-w-0 outline-none">
        {session?.mustAddFactor === true && (
          <div className="mx-auto max-w-6xl px-4 pt-5 sm:px-6">
            <Notice
              tone="warn"
              actions={
                <ButtonLink to="/settings/$section" params={{ section: 'security' }} size="sm">
                  {t('addFactor')}
                </ButtonLink>
              }
            >
              {t('mustAddFactor')}
            </Notice>
          </div>
        )}
        <Outlet />
      </main>
      {paletteOpen && <CommandPalette onClose={() => setPaletteOpen(false)} />}
    </div>
  )
}

function Brand() {
  return (
    <Link to="/" className="flex min-w-0 items-center gap-2 rounded-sm text-lg font-semibold">
      <Mark className="size-6 shrink-0 text-accent" />
      <span className="truncate">{BRAND}</span>
    </Link>
  )
}

function LogInLink() {
  const t = useMessages(shellMessages)
  return (
    <ButtonLink to="/log-in" tone="primary" size="sm">
      {t('logIn')}
    </ButtonLink>
  )
}

function Navigation({ onGo }: { readonly onGo: () => void }) {
  const t = useMessages(shellMessages)
  const groups = navigationFor(useSession())
  return (
    <nav aria-label={t('navigation')} className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-3 py-2">
      {groups.map((group, index) => (
        <div key={index} className={cx(index > 0 && 'border-t border-line pt-3')}>
          {group.label !== null && <p className="px-2 pb-1 text-xs font-medium text-soft">{t(group.label)}</p>}
          <ul className="m-0 flex list-none flex-col gap-px p-0">
            {group.items.map(({ to, label, icon: Icon, exact = false }) => (
              <li key={to}>
                <Link
                  to={to}
                  onClick={onGo}
                  activeOptions={{ exact }}
                  className="flex h-8 items-center gap-2.5 rounded-md px-2 text-base text-soft hover:bg-hover hover:text-ink max-lg:h-11"
                  activeProps={{ className: 'bg-accent-soft text-accent! font-medium' }}
                >
                  <Icon aria-hidden className="size-4 shrink-0" />
                  <span className="truncate">{t(label)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}
