import { Link } from '@tanstack/react-router'
import type { Tool } from 'fairlead/connect/tool.ts'
import { TOOLS } from 'fairlead/connect/tools.ts'
import { ArrowRight } from 'lucide-react'
import { useMessages } from '../../i18n/use-messages.ts'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { connectMessages } from './messages/connect.ts'

const KINDS = ['terminal', 'editor', 'chat', 'code'] as const satisfies readonly Tool['kind'][]
const EVIDENCE = {
  run: 'evidenceRun',
  documentation: 'evidenceDocumentation',
  unverified: 'evidenceUnverified',
} as const satisfies Record<Tool['evidence'], string>

export function ConnectPage() {
  const t = useMessages(connectMessages)
  return (
    <Page title={t('title')} description={t('description')}>
      {KINDS.map((kind) => (
        <Card key={kind} title={t(kind)}>
          <ul className="m-0 grid list-none gap-2 p-0 sm:grid-cols-2 lg:grid-cols-3">
            {TOOLS.filter((tool) => tool.kind === kind).map((tool) => (
              <li key={tool.id}>
                <Link
                  to="/connect/$tool"
                  params={{ tool: tool.id }}
                  className="flex min-h-14 items-center justify-between gap-3 rounded-md border border-line px-3 py-2 hover:border-line-strong hover:bg-hover"
                >
                  <span className="min-w-0">
                    <span className="block truncate font-medium text-ink">{tool.name}</span>
                    <span className="block truncate text-sm text-soft">{t(EVIDENCE[tool.evidence])}</span>
                  </span>
                  <ArrowRight aria-hidden className="size-4 shrink-0 text-soft" />
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      ))}
    </Page>
  )
}
