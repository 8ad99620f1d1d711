// How this gateway is called: open to everybody, and useful while nothing answers.
import { Link } from '@tanstack/react-router'
import { EXAMPLE_IDS, type Language, LANGUAGES, type ModelUse } from 'fairlead/connect/snippets/example.ts'
import { TOOLS } from 'fairlead/connect/tools.ts'
import { ArrowRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { BASE_PATH, ORIGIN } from '../../app/base.ts'
import { useSession } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Code, CodeBlock, CopyButton } from '../../ui/copy.tsx'
import { Page } from '../../ui/page.tsx'
import { PlainTable } from '../../ui/plain-table.tsx'
import { ErrorsTable } from './errors-table.tsx'
import { ExampleSection } from './example-section.tsx'
import { HealthCard } from './health-card.tsx'
import { docsMessages } from './messages/docs.ts'
import { ModelTags } from './model-tags.tsx'
import { chosenModel, useOfferedModels } from './offered-models.ts'
import { docsRoute } from './routes.ts'

const KEY_VARIABLE = 'YOUR_API_KEY'
const LANGUAGE_KEY = 'fairlead.docs.language'
const TILES = 12

export function DocsPage() {
  const t = useMessages(docsMessages)
  const search = docsRoute.useSearch()
  const navigate = docsRoute.useNavigate()
  const models = useOfferedModels()
  const chosen: Readonly<Record<ModelUse, string>> = {
    chat: chosenModel('chat', search.model, models),
    embeddings: chosenModel('embeddings', search.embeddings, models),
    images: chosenModel('images', search.images, models),
  }
  const language = search.lang ?? rememberedLanguage()
  const change = (next: typeof search): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false })
  const onLanguage = (lang: Language): void => {
    rememberLanguage(lang)
    change({ lang })
  }
  const setup = { origin: ORIGIN, keyVariable: KEY_VARIABLE, models: chosen }
  return (
    <Page title={t('title')} description={t('tagline')}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-5 xl:grid-cols-[minmax(0,1fr)_11rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <BaseUrl />
          <HealthCard />
          <QuickStart language={language}>
            <ModelTags
              models={models}
              chosen={chosen}
              onChoose={(use, model) => change({ [use === 'chat' ? 'model' : use]: model })}
            />
          </QuickStart>
          <Card>
            <div className="flex flex-col gap-9">
              {EXAMPLE_IDS.map((id) => (
                <ExampleSection key={id} id={id} setup={setup} language={language} onLanguage={onLanguage} />
              ))}
            </div>
          </Card>
          <Titled id="errors" title={t('errors')} text={t('errorsText')} flush>
            <ErrorsTable />
          </Titled>
          <Titled id="limits" title={t('limits')} text={t('limitsText')} flush>
            <LimitsTable />
          </Titled>
          <Titled id="ide" title={t('ide')} text={t('ideText')}>
            <Tools />
          </Titled>
          <Titled id="next" title={t('next')}>
            <NextSteps />
          </Titled>
        </div>
        <Contents />
      </div>
    </Page>
  )
}

function BaseUrl() {
  const t = useMessages(docsMessages)
  return (
    <Card title={t('oneBase')} description={t('oneBaseText')}>
      <div className="flex flex-wrap gap-1.5">
        <Badge tone="accent">{t('badgeOpenai')}</Badge>
        <Badge>{t('badgeRest')}</Badge>
        <Badge>{t('badgeStreaming')}</Badge>
      </div>
      <div className="mt-3 grid gap-3 md:grid-cols-2">
        <Copied label={t('baseUrl')} text={`${ORIGIN}/v1`} />
        <Copied label={t('authHeader')} text={`Authorization: Bearer ${KEY_VARIABLE}`} />
      </div>
      <p className="mt-2.5 max-w-prose text-sm text-soft">{t('baseUrlHint')}</p>
    </Card>
  )
}

function Copied({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div className="min-w-0">
      <p className="text-sm text-soft">{label}</p>
      <div className="mt-1 flex items-center gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 font-mono text-sm break-all">{text}</code>
        <CopyButton text={text} label={label} tone="quiet" />
      </div>
    </div>
  )
}

function QuickStart({ language, children }: { readonly language: Language; readonly children: ReactNode }) {
  const t = useMessages(docsMessages)
  const session = useSession()
  const set = language === 'powershell' ? `$env:${KEY_VARIABLE} = "sk-..."` : `export ${KEY_VARIABLE}=sk-...`
  const link = (inner: ReactNode): ReactNode => (
    <Link to={session === null ? '/log-in' : '/keys'} className="link">
      {inner}
    </Link>
  )
  return (
    <Titled id="quick-start" title={t('quickStart')} text={t('quickStartText')}>
      <div className="flex flex-col gap-6">
        <Step title={t('stepKey')}>
          <p>{t.rich(session === null ? 'stepKeyVisitor' : 'stepKeyText', { link })}</p>
          <p className="mt-1 text-soft">{t('stepKeyExport')}</p>
          <CodeBlock className="mt-2" title="Terminal" label={KEY_VARIABLE} code={set} />
        </Step>
        <Step title={t('stepModel')}>
          <p className="mb-2.5">{t('stepModelText')}</p>
          {children}
          <p className="mt-3">
            <Link to="/catalogue" className="link inline-flex items-center gap-1">
              {t('browseModels')}
              <ArrowRight aria-hidden className="size-3.5" />
            </Link>
          </p>
        </Step>
        <Step title={t('stepCall')}>
          <p>{t('stepCallText')}</p>
        </Step>
      </div>
    </Titled>
  )
}

function Step({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h3 className="mb-1 font-semibold">{title}</h3>
      <div className="max-w-prose [&_figure]:max-w-prose">{children}</div>
    </section>
  )
}

interface TitledProps {
  readonly id: string
  readonly title: string
  readonly text?: string
  readonly flush?: boolean
  readonly children: ReactNode
}

function Titled({ id, title, text, flush = false, children }: TitledProps) {
  return (
    <div id={id} className="min-w-0 scroll-mt-20">
      <Card title={title} flush={flush} {...(text === undefined ? {} : { description: text })}>
        {children}
      </Card>
    </div>
  )
}

function LimitsTable() {
  const t = useMessages(docsMessages)
  const rows = [
    { name: 'x-ratelimit-limit-requests, x-ratelimit-remaining-requests', text: t('limitRequests') },
    { name: 'x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens', text: t('limitTokens') },
    { name: 'x-ratelimit-reset-requests, x-ratelimit-reset-tokens', text: t('limitReset') },
    { name: 'retry-after', text: t('limitRetry') },
    { name: 'x-request-id', text: t('limitRequestId') },
  ]
  return (
    <PlainTable
      label={t('limits')}
      rows={rows}
      rowKey={({ name }) => name}
      columns={[
        {
          id: 'header',
          header: t('header'),
          onPhone: 'title',
          cell: ({ name }) => (
            <span className="flex flex-col items-start gap-1">
              {name.split(', ').map((one) => (
                <Code key={one}>{one}</Code>
              ))}
            </span>
          ),
        },
        { id: 'text', header: t('meaning'), cell: ({ text }) => text, onPhone: 'bare' },
      ]}
    />
  )
}

function Tools() {
  const t = useMessages(docsMessages)
  return (
    <>
      <ul className="m-0 grid list-none grid-cols-2 gap-2 p-0 sm:grid-cols-3 lg:grid-cols-4">
        {TOOLS.slice(0, TILES).map((tool) => (
          <li key={tool.id}>
            <Link
              to="/connect/$tool"
              params={{ tool: tool.id }}
              className="flex h-11 items-center justify-between gap-2 rounded-md border border-line px-3 font-medium text-ink hover:border-line-strong hover:bg-hover"
            >
              <span className="truncate">{tool.name}</span>
              <ArrowRight aria-hidden className="size-3.5 shrink-0 text-soft" />
            </Link>
          </li>
        ))}
      </ul>
      <p className="mt-3">
        <Link to="/connect" className="link inline-flex items-center gap-1">
          {t('allTools')}
          <ArrowRight aria-hidden className="size-3.5" />
        </Link>
      </p>
    </>
  )
}

function NextSteps() {
  const t = useMessages(docsMessages)
  return (
    <ul className="m-0 grid list-none gap-x-6 gap-y-4 p-0 sm:grid-cols-2">
      <Next text={t('nextConnectText')}>
        <ButtonLink to="/connect" size="sm">
          {t('nextConnect')}
        </ButtonLink>
      </Next>
      <Next text={t('nextPlaygroundText')}>
        <ButtonLink to="/playground" size="sm">
          {t('nextPlayground')}
        </ButtonLink>
      </Next>
      <Next text={t('nextModelsText')}>
        <ButtonLink to="/catalogue" size="sm">
          {t('nextModels')}
        </ButtonLink>
      </Next>
      <Next text={t('nextReferenceText')}>
        <a href={`${BASE_PATH}/api/docs`} className="link">
          {t('nextReference')}
        </a>{' '}
        <a href={`${BASE_PATH}/api/openapi.json`} className="link">
          openapi.json
        </a>
      </Next>
    </ul>
  )
}

function Next({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <li>
      {children}
      <p className="mt-1.5 text-sm text-soft">{text}</p>
    </li>
  )
}

/** Beside the page, where there is room. */
function Contents() {
  const t = useMessages(docsMessages)
  const entries = [
    { id: 'quick-start', title: t('quickStart') },
    ...EXAMPLE_IDS.map((id) => ({ id, title: t(id) })),
    { id: 'errors', title: t('errors') },
    { id: 'limits', title: t('limits') },
    { id: 'ide', title: t('ide') },
    { id: 'next', title: t('next') },
  ]
  return (
    <nav aria-label={t('onThisPage')} className="sticky top-7 hidden self-start xl:block">
      <p className="mb-2 text-xs font-medium text-soft">{t('onThisPage')}</p>
      <ul className="m-0 flex list-none flex-col gap-1 border-l border-line p-0">
        {entries.map(({ id, title }) => (
          <li key={id}>
            <a href={`#${id}`} className="block truncate py-0.5 pl-3 text-sm text-soft hover:text-ink">
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function rememberedLanguage(): Language {
  try {
    const kept = localStorage.getItem(LANGUAGE_KEY)
    return LANGUAGES.find((one) => one === kept) ?? 'curl'
  } catch {
    return 'curl'
  }
}

function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, language)
  } catch {
    // It stands in the address.
  }
}
