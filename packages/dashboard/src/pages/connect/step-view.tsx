import { Link } from '@tanstack/react-router'
import { renderFile } from 'fairlead/connect/render.ts'
import type { Field, Setup, Step } from 'fairlead/connect/tool.ts'
import type { ReactNode } from 'react'
import { useMessages } from '../../i18n/use-messages.ts'
import { Code, CodeBlock, CopyButton } from '../../ui/copy.tsx'
import { connectMessages } from './messages/connect.ts'
import { wordMessages } from './messages/words.ts'
import { setVariable } from './setup.ts'

export function StepView({ step, setup }: { readonly step: Step; readonly setup: Setup }) {
  const t = useMessages(connectMessages)
  const say = useMessages(wordMessages)
  const { system, model } = setup
  const code = (text: string): ReactNode => <Code>{text}</Code>
  switch (step.kind) {
    case 'key':
      return (
        <Said
          text={say.rich('step.key', {}, { variable: code(step.variable) })}
          action={
            <Link to="/keys" className="link">
              {t('makeKey')}
            </Link>
          }
        >
          <CodeBlock
            title={system === 'windows' ? 'PowerShell' : 'Terminal'}
            label={step.variable}
            code={setVariable(step.variable, system)}
          />
        </Said>
      )
    case 'file': {
      const { path, format, edits } = step.file
      return (
        <Said text={say.rich('step.file', {}, { path: code(path) })}>
          <CodeBlock title={path} label={path} code={renderFile(format, edits)} />
        </Said>
      )
    }
    case 'form':
      return (
        <Said text={say.rich('step.form', {}, { where: <strong className="font-medium">{step.where}</strong> })}>
          <Fields fields={step.fields} />
        </Said>
      )
    case 'command':
      return (
        <Said text={say.rich(step.say, {})}>
          <CodeBlock
            title={system === 'windows' ? 'PowerShell' : 'Terminal'}
            label={step.command}
            code={step.command}
          />
        </Said>
      )
    case 'text':
      return (
        <Said text={say.rich(step.say, {}, { name: code(step.name), path: code(step.name) })}>
          <CodeBlock title={step.name} label={step.name} code={step.text} />
        </Said>
      )
    case 'link':
      return (
        <Said text={say.rich(step.say, {})}>
          <CodeBlock title={step.label} label={step.label} code={step.url} wrap />
        </Said>
      )
    case 'note':
      return <Said text={say.rich(step.say, {}, { model: code(model) })} />
  }
}

interface SaidProps {
  readonly text: ReactNode
  readonly action?: ReactNode
  readonly children?: ReactNode
}

function Said({ text, action, children }: SaidProps) {
  return (
    <>
      <p>
        {text} {action}
      </p>
      {children !== undefined && <div className="mt-2">{children}</div>}
    </>
  )
}

function Fields({ fields }: { readonly fields: readonly Field[] }) {
  const t = useMessages(connectMessages)
  return (
    <dl className="m-0 divide-y divide-line rounded-md border border-line bg-sunken">
      {fields.map(({ label, value }) => (
        <div key={label} className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-0.5 py-1 pr-1 pl-3">
          <dt className="min-w-40 text-soft">{label}</dt>
          <dd className="m-0 flex min-w-0 flex-1 items-center justify-between gap-2">
            {value === '' ? (
              <span className="text-soft italic">{t('yourKey')}</span>
            ) : (
              <>
                <code className="min-w-0 font-mono text-sm break-all">{value}</code>
                <CopyButton text={value} label={label} small />
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
