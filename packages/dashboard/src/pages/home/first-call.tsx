import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { errorOf } from '../../api/errors.ts'
import { useAttempt } from '../../api/use-attempt.ts'
import { BASE_PATH } from '../../app/base.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { SelectField } from '../../ui/select.tsx'
import { useErrorText } from '../../ui/states.tsx'
import { EXAMPLE_MODELS, useOfferedModels } from '../docs/offered-models.ts'
import { homeMessages } from './messages.ts'

interface FirstCallProps {
  /** Made just before; null = the reader has one from elsewhere. */
  readonly secret: string | null
  readonly onAnswered: () => void
}

interface Answered {
  readonly model: string
  readonly text: string
  readonly ms: number
}

/** A chat completion with the reader's own key, as a program would send it. */
export function FirstCall({ secret, onAnswered }: FirstCallProps) {
  const t = useMessages(homeMessages)
  const format = useFormatter()
  const explain = useErrorText()
  const client = useQueryClient()
  const attempt = useAttempt()
  const models = useOfferedModels().of.chat
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const [message, setMessage] = useState<string>(t('stepCallDefault'))
  const [checked, setChecked] = useState(false)
  const [answer, setAnswer] = useState<Answered | null>(null)
  const key = typed === '' ? (secret ?? '') : typed
  const usual = models.find(({ id }) => id === EXAMPLE_MODELS.chat) ?? models[0]
  const model = chosen ?? usual?.id ?? EXAMPLE_MODELS.chat

  const send = (event: FormEvent): void => {
    event.preventDefault()
    setChecked(true)
    if (key.trim() === '') return
    void attempt.run(async () => {
      setAnswer(null)
      setAnswer(await complete({ key: key.trim(), model, message }))
      onAnswered()
      await client.invalidateQueries({ queryKey: ['listRequests'] })
      await client.invalidateQueries({ queryKey: ['getUsage'] })
    })
  }
  const failed = attempt.error === null ? null : explain(attempt.error)
  return (
    <form noValidate onSubmit={send} className="flex max-w-2xl flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label={t('stepCallKey')}
          help={t('stepCallKeyHelp')}
          value={key}
          onChange={setTyped}
          error={checked && key.trim() === '' ? t('stepCallKeyNeeded') : undefined}
          autoComplete="off"
          spellCheck={false}
          className="sm:col-span-2"
        />
        <SelectField
          label={t('stepCallModel')}
          value={model}
          onChange={setChosen}
          options={(models.length === 0 ? [{ id: model }] : models).map(({ id }) => ({ value: id, label: id }))}
        />
        <TextField label={t('stepCallMessage')} value={message} onChange={setMessage} autoComplete="off" />
      </div>
      <Button type="submit" tone="primary" busy={attempt.busy} className="self-start">
        {t('stepCallGo')}
      </Button>
      {failed !== null && (
        <Notice tone="bad" title={t('stepCallFailed')}>
          {failed.title} {failed.detail !== null && <span lang="en">{failed.detail}</span>}
        </Notice>
      )}
      {answer !== null && (
        <Notice tone="good" title={t('stepCallAnswered', { model: answer.model, time: format.duration(answer.ms) })}>
          <blockquote className="m-0 break-words whitespace-pre-wrap">{answer.text}</blockquote>
        </Notice>
      )}
    </form>
  )
}

interface Asked {
  readonly key: string
  readonly model: string
  readonly message: string
}

async function complete({ key, model, message }: Asked): Promise<Answered> {
  const startedMs = performance.now()
  const response = await fetch(`${BASE_PATH}/v1/chat/completions`, {
    method: 'POST',
    credentials: 'omit',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: message }] }),
  })
  if (!response.ok) throw await errorOf(response)
  const reply = (await response.json()) as {
    readonly choices?: readonly { readonly message?: { readonly content?: string | null } }[]
  }
  return { model, text: reply.choices?.[0]?.message?.content ?? '', ms: performance.now() - startedMs }
}
