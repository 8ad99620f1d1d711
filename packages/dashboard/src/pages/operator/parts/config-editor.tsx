// The configuration file: its text without secrets, what a change would do, and the change itself.
import { useState } from 'react'
import type { Reply } from '../../../api/client.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { Code, CodeBlock } from '../../../ui/copy.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { TextAreaField } from '../../../ui/field.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { EmptyState, ErrorState, Loaded } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { systemMessages } from '../messages/system.ts'
import { ConfigChanges } from './config-changes.tsx'

type File = Reply<'getConfigFile'>
type Trial = Reply<'tryConfig'>

export function ConfigEditor() {
  const t = useMessages(systemMessages)
  const file = useApi('getConfigFile', {}, { account: null })
  const running = useApi('getConfig', {}, { account: null })
  return (
    <div className="flex flex-col gap-5 pt-5">
      <Card title={t('fileTitle')}>
        <Loaded query={file}>
          {(data) =>
            data.text === null ? (
              <EmptyState title={data.path === null ? t('fileNone') : data.path}>
                <span lang="en">{data.reason}</span>
              </EmptyState>
            ) : (
              <Editor key={data.version} file={data} text={data.text} />
            )
          }
        </Loaded>
      </Card>
      <Card title={t('running')} description={t('runningText')}>
        <Loaded query={running}>
          {({ config }) => (
            <div className="max-h-[32rem] overflow-y-auto">
              <CodeBlock code={JSON.stringify(config, null, 2)} label={t('running')} />
            </div>
          )}
        </Loaded>
      </Card>
    </div>
  )
}

function Editor({ file, text: given }: { readonly file: File; readonly text: string }) {
  const t = useMessages(systemMessages)
  const [text, setText] = useState(given)
  const [isAsking, setAsking] = useState(false)
  const trial = useAct('tryConfig', { account: null })
  const apply = useAct('applyConfig', {
    account: null,
    invalidates: ['getConfigFile', 'getConfig', 'listConfigVersions', 'getSystem'],
    onDone: () => {
      toast(t('applied'))
      setAsking(false)
    },
  })
  const change = (next: string): void => {
    setText(next)
    trial.reset()
  }
  const found = trial.data
  const canApply = file.writable && found?.ok === true && found.changes.length > 0
  return (
    <div className="flex flex-col gap-4">
      <p className="text-soft">
        {t('filePath')}: <Code>{file.path ?? ''}</Code>
      </p>
      {file.writable ? (
        <Notice>{t('fileSecrets')}</Notice>
      ) : (
        <Notice tone="warn" title={t('fileReadOnly')}>
          <span lang="en">{file.reason}</span>
        </Notice>
      )}
      <TextAreaField
        label={t('text')}
        value={text}
        onChange={change}
        rows={18}
        spellCheck={false}
        autoComplete="off"
        style={{ fontFamily: 'ui-monospace, monospace', fontSize: 13, whiteSpace: 'pre', overflowX: 'auto' }}
      />
      <div className="flex flex-wrap justify-end gap-2">
        {text !== given && (
          <Button tone="quiet" onClick={() => change(given)}>
            {t('reset')}
          </Button>
        )}
        <Button busy={trial.isPending} onClick={() => trial.mutate({ body: { text } })}>
          {t('try')}
        </Button>
        {file.writable && (
          <Button tone="primary" disabled={!canApply} onClick={() => setAsking(true)}>
            {t('apply')}
          </Button>
        )}
      </div>
      {trial.error !== null && <ErrorState error={trial.error} className="py-4" />}
      {found !== undefined && <TrialResult trial={found} />}
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={t('applyTitle')}
        confirm={t('apply')}
        busy={apply.isPending}
        error={apply.error}
        onConfirm={() => apply.mutate({ body: { text, version: file.version ?? '' } })}
      >
        {t('applyText', { count: found?.changes.length ?? 0 })}
      </ConfirmDialog>
    </div>
  )
}

function TrialResult({ trial }: { readonly trial: Trial }) {
  const t = useMessages(systemMessages)
  if (!trial.ok)
    return (
      <Notice tone="bad" title={t('problems')}>
        <ul lang="en" className="m-0 list-none p-0">
          {trial.problems.map(({ line, path, message, hint }) => (
            <li key={`${line} ${path} ${message}`} className="mt-1 text-sm">
              {line !== null && <span className="mr-2 font-medium">{t('line', { line: String(line) })}</span>}
              <span className="font-mono">{path}</span> {message} {hint}
            </li>
          ))}
        </ul>
      </Notice>
    )
  return (
    <div className="flex flex-col gap-3">
      {trial.restarts.length > 0 && (
        <Notice tone="warn" title={t('restarts')}>
          <Lines lines={trial.restarts} />
        </Notice>
      )}
      {trial.warnings.length > 0 && (
        <Notice tone="warn" title={t('warnings')}>
          <Lines lines={trial.warnings} />
        </Notice>
      )}
      {trial.changes.length === 0 ? (
        <Notice>{t('changesNone')}</Notice>
      ) : (
        <section className="rounded-md border border-line">
          <h3 className="px-4 pt-3 pb-1 text-base font-semibold">{t('changes')}</h3>
          <ConfigChanges changes={trial.changes} />
        </section>
      )}
    </div>
  )
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul lang="en" className="m-0 list-none p-0 text-sm">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
