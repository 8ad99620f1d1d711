import { Link } from '@tanstack/react-router'
import { SYSTEMS, type System, type Tool } from 'fairlead/connect/tool.ts'
import { findTool } from 'fairlead/connect/tools.ts'
import { ArrowLeft, ExternalLink } from 'lucide-react'
import { useState } from 'react'
import { useMessages } from '../../i18n/use-messages.ts'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { SelectField } from '../../ui/select.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { useOfferedModels } from '../docs/offered-models.ts'
import { connectMessages } from './messages/connect.ts'
import { wordMessages } from './messages/words.ts'
import { type ConnectSearch, connectToolRoute, isVariable } from './routes.ts'
import { setupFor, thisSystem } from './setup.ts'
import { StepView } from './step-view.tsx'
import { VerifyCard } from './verify-card.tsx'

const SYSTEM_NAMES: Readonly<Record<System, string>> = { macos: 'macOS', linux: 'Linux', windows: 'Windows' }

export function ConnectToolPage() {
  const t = useMessages(connectMessages)
  const { tool: id } = connectToolRoute.useParams()
  const tool = findTool(id)
  if (tool === undefined) {
    return (
      <Page title={t('title')}>
        <Card>
          <EmptyState title={t('unknownTool')} action={<Back />} />
        </Card>
      </Page>
    )
  }
  return <ToolGuide key={id} tool={tool} />
}

function ToolGuide({ tool }: { readonly tool: Tool }) {
  const t = useMessages(connectMessages)
  const say = useMessages(wordMessages)
  const search = connectToolRoute.useSearch()
  const navigate = connectToolRoute.useNavigate()
  const models = useOfferedModels()
  const setup = setupFor(tool, search, models)
  const guide = tool.guide(setup)
  const hasFiles = guide.steps.some(({ kind }) => kind === 'file')
  const usesVariable = JSON.stringify(guide.steps).includes(setup.keyVariable)
  const change = (next: ConnectSearch): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false })
  const ids = [...new Set([setup.model, ...models.of.chat.map(({ id }) => id)])]
  const steps = (
    <ol className="m-0 flex list-none flex-col gap-6 p-0 pt-4">
      {guide.steps.map((step, index) => (
        <li key={index} className="flex gap-3">
          <span
            aria-hidden
            className="tabular flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
          >
            {index + 1}
          </span>
          <div className="min-w-0 flex-1">
            <span className="sr-only">{t('stepNumber', { number: index + 1 })}</span>
            <StepView step={step} setup={setup} />
          </div>
        </li>
      ))}
    </ol>
  )
  return (
    <Page
      title={t('toolTitle', { tool: tool.name })}
      description={t('toolText', { tool: tool.name })}
      actions={<Back />}
      width="narrow"
    >
      <Card as="div">
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label={t('model')}
            value={setup.model}
            onChange={(model) => change({ model })}
            options={ids.map((value) => ({ value, label: value }))}
          />
          {usesVariable && (
            <Variable key={setup.keyVariable} value={setup.keyVariable} onChange={(variable) => change({ variable })} />
          )}
        </div>
      </Card>
      {hasFiles && setup.system === thisSystem() && (
        <Card title={t('oneCommand')} description={t('oneCommandText')}>
          <CodeBlock
            title="Terminal"
            label={t('oneCommand')}
            wrap
            code={`npx fairlead connect ${tool.id} --url ${setup.origin} --model '${setup.model.replaceAll("'", '')}' --key-env ${setup.keyVariable}`}
          />
        </Card>
      )}
      <Card title={t('steps')}>
        <Tabs
          label={t('system')}
          value={setup.system}
          onChange={(os) => change({ os })}
          tabs={SYSTEMS.map((value) => ({
            value,
            label: SYSTEM_NAMES[value],
            panel: value === setup.system ? steps : null,
          }))}
        />
      </Card>
      <VerifyCard toolName={tool.name} verify={guide.verify} />
      <Card title={t('troubles')}>
        <ul className="m-0 flex list-disc flex-col gap-2 pl-5">
          {guide.troubles.map(({ say: word, values = {} }) => (
            <li key={word} className="break-words">
              {say.rich(word, {}, values)}
            </li>
          ))}
        </ul>
        <p className="mt-4 border-t border-line pt-3">
          <a href={tool.homepage} target="_blank" rel="noreferrer" className="link inline-flex items-center gap-1">
            {t('homepage', { tool: tool.name })}
            <ExternalLink aria-hidden className="size-3.5" />
          </a>
        </p>
      </Card>
    </Page>
  )
}

interface VariableProps {
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Taken over when it is one. */
function Variable({ value, onChange }: VariableProps) {
  const t = useMessages(connectMessages)
  const [text, setText] = useState(value)
  return (
    <TextField
      label={t('keyVariable')}
      help={t('keyVariableHelp')}
      value={text}
      onChange={setText}
      onBlur={() => (isVariable(text) ? onChange(text) : setText(value))}
      spellCheck={false}
      autoComplete="off"
    />
  )
}

function Back() {
  const t = useMessages(connectMessages)
  return (
    <Link to="/connect" className="link inline-flex items-center gap-1">
      <ArrowLeft aria-hidden className="size-3.5" />
      {t('back')}
    </Link>
  )
}
