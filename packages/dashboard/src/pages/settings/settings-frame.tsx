import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { usePerson } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { cx } from '../../ui/cx.ts'
import { Page } from '../../ui/page.tsx'
import { frameMessages } from './messages/frame.ts'
import { ACCOUNT_SECTIONS, type Section, SECTION_ICONS, sectionsFor } from './sections.ts'

interface FrameProps {
  readonly section: Section
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** The other sections beside the one that is open; above it on a phone. */
export function SettingsFrame({ section, actions, children }: FrameProps) {
  const t = useMessages(frameMessages)
  return (
    <Page title={t(section)} description={t(`${section}Text`)} actions={actions}>
      <div className="grid min-w-0 gap-5 lg:grid-cols-[12.5rem_minmax(0,1fr)] lg:gap-8">
        <SectionList open={section} />
        <div className="flex min-w-0 flex-col gap-5">{children}</div>
      </div>
    </Page>
  )
}

function SectionList({ open }: { readonly open: Section }) {
  const t = useMessages(frameMessages)
  const session = usePerson()
  const shown = sectionsFor(session)
  const own = shown.filter((section) => !ACCOUNT_SECTIONS.includes(section))
  const ofAccount = shown.filter((section) => ACCOUNT_SECTIONS.includes(section))
  const current = useRef<HTMLAnchorElement>(null)
  // Each section brings its own list: on a phone, the open one stands where it is seen.
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [])
  return (
    <nav
      aria-label={t('sections')}
      className="-mx-4 flex gap-1 overflow-x-auto border-b border-line px-4 pb-2 [scrollbar-width:none] sm:-mx-6 sm:px-6 lg:sticky lg:top-7 lg:m-0 lg:flex-col lg:gap-0.5 lg:self-start lg:overflow-visible lg:border-0 lg:p-0"
    >
      {own.map((section) => (
        <SectionLink
          key={section}
          section={section}
          isOpen={section === open}
          ref={section === open ? current : null}
        />
      ))}
      {ofAccount.length > 0 && (
        <p className="hidden truncate px-2.5 pt-4 pb-1 text-xs font-medium text-soft lg:block">
          {session.accountName === '' ? t('account') : session.accountName}
        </p>
      )}
      {ofAccount.map((section) => (
        <SectionLink
          key={section}
          section={section}
          isOpen={section === open}
          ref={section === open ? current : null}
        />
      ))}
    </nav>
  )
}

interface SectionLinkProps {
  readonly section: Section
  readonly isOpen: boolean
  readonly ref: React.Ref<HTMLAnchorElement>
}

function SectionLink({ section, isOpen, ref }: SectionLinkProps) {
  const t = useMessages(frameMessages)
  const Icon = SECTION_ICONS[section]
  return (
    <Link
      ref={ref}
      to="/settings/$section"
      params={{ section }}
      aria-current={isOpen ? 'page' : undefined}
      className={cx(
        'flex h-8 shrink-0 items-center gap-2 rounded-md px-2.5 text-base font-medium whitespace-nowrap transition-colors',
        isOpen ? 'bg-accent-soft text-accent' : 'text-soft hover:bg-hover hover:text-ink',
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      {t(section)}
    </Link>
  )
}
