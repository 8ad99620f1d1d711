import { EXAMPLES } from 'fairlead/connect/snippets/examples.ts'
import { type ExampleId, LANGUAGES, type Language, type SnippetSetup } from 'fairlead/connect/snippets/example.ts'
import { snippetOf } from 'fairlead/connect/snippets/snippet.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { docsMessages } from './messages/docs.ts'

/** As they are called everywhere. */
export const LANGUAGE_LABELS: Readonly<Record<Language, string>> = {
  curl: 'curl',
  python: 'Python',
  node: 'Node',
  go: 'Go',
  powershell: 'PowerShell',
}
const FORMATS: Readonly<Record<Language, string>> = {
  curl: 'bash',
  python: 'python',
  node: 'javascript',
  go: 'go',
  powershell: 'powershell',
}

interface SectionProps {
  readonly id: ExampleId
  readonly setup: SnippetSetup
  readonly language: Language
  readonly onLanguage: (language: Language) => void
}

export function ExampleSection({ id, setup, language, onLanguage }: SectionProps) {
  const t = useMessages(docsMessages)
  const example = EXAMPLES.find((one) => one.id === id)
  if (example === undefined) return null
  return (
    <section aria-labelledby={id} className="min-w-0">
      <h3 id={id} className="scroll-mt-20 text-lg font-semibold">
        {t(id)}
      </h3>
      <p className="mt-1 flex flex-wrap items-center gap-2">
        <Badge tone={example.method === 'GET' ? 'neutral' : 'accent'}>{example.method}</Badge>
        <code className="min-w-0 font-mono text-sm break-all">{example.path}</code>
      </p>
      <p className="mt-1.5 max-w-prose text-soft">{t(`${id}Text`)}</p>
      <Tabs
        className="mt-2"
        label={`${t('language')}: ${t(id)}`}
        value={language}
        onChange={onLanguage}
        tabs={LANGUAGES.map((one) => {
          const { fileName, text, install } = snippetOf(example, one, setup)
          return {
            value: one,
            label: LANGUAGE_LABELS[one],
            panel: (
              <div className="pt-2">
                <CodeBlock title={`${fileName} · ${FORMATS[one]}`} label={fileName} code={text} />
                {install !== null && <p className="mt-1.5 text-sm text-soft">{t('install', { command: install })}</p>}
              </div>
            ),
          }
        })}
      />
    </section>
  )
}
