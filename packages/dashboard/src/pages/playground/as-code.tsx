import { type Example, LANGUAGES, type Language } from 'fairlead/connect/snippets/example.ts'
import { findExample, snippetOf } from 'fairlead/connect/snippets/snippet.ts'
import { useState } from 'react'
import { ORIGIN } from '../../app/base.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { CodeBlock } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { LANGUAGE_LABELS } from '../docs/example-section.tsx'
import { playgroundMessages } from './messages.ts'
import { chatBody, type Parameters, type Turn } from './thread.ts'

interface AsCodeProps {
  readonly model: string
  readonly turns: readonly Turn[]
  readonly parameters: Parameters
  readonly onClose: () => void
}

export function AsCode({ model, turns, parameters, onClose }: AsCodeProps) {
  const t = useMessages(playgroundMessages)
  const [language, setLanguage] = useState<Language>('curl')
  const example: Example = {
    ...findExample(parameters.stream ? 'stream' : 'chat'),
    fileName: 'playground',
    body: () => chatBody(model, turns, parameters),
  }
  const setup = { origin: ORIGIN, keyVariable: 'YOUR_API_KEY', models: { chat: model, embeddings: '', images: '' } }
  return (
    <Dialog open title={t('asCodeTitle')} description={t('asCodeText')} onClose={onClose} size="lg">
      <Tabs
        label={t('asCodeTitle')}
        value={language}
        onChange={setLanguage}
        tabs={LANGUAGES.map((value) => {
          const { fileName, text } = snippetOf(example, value, setup)
          return {
            value,
            label: LANGUAGE_LABELS[value],
            panel: <CodeBlock className="mt-3" title={fileName} label={fileName} code={text} />,
          }
        })}
      />
    </Dialog>
  )
}
