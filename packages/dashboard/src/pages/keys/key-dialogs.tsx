import { useState } from 'react'
import type { Key } from '../../api/generated/operations.ts'
import { useAct } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { ConfirmDialog, FormDialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/select.tsx'
import { toast } from '../../ui/toast.tsx'
import { KeyForm } from './key-form.tsx'
import { NEW_KEY, newKeyBody, patchBody, valuesOf } from './key-values.ts'
import { keysMessages } from './messages.ts'
import { ShownKey } from './shown-key.tsx'

export type KeyAct =
  | { readonly kind: 'create' }
  | { readonly kind: 'edit'; readonly key: Key }
  | { readonly kind: 'rotate'; readonly key: Key }
  | { readonly kind: 'revoke'; readonly key: Key }
  | { readonly kind: 'show'; readonly secret: string; readonly title: string }

interface DialogsProps {
  readonly act: KeyAct | null
  readonly onAct: (act: KeyAct | null) => void
}

/** What is done to a key, one at a time. */
export function KeyDialogs({ act, onAct }: DialogsProps) {
  if (act === null) return null
  if (act.kind === 'create') return <CreateKey onAct={onAct} />
  if (act.kind === 'edit') return <EditKey value={act.key} onAct={onAct} />
  if (act.kind === 'rotate') return <RotateKey value={act.key} onAct={onAct} />
  if (act.kind === 'revoke') return <RevokeKey value={act.key} onAct={onAct} />
  return <ShownKey title={act.title} secret={act.secret} onClose={() => onAct(null)} />
}

type Acting = Pick<DialogsProps, 'onAct'>

function CreateKey({ onAct }: Acting) {
  const t = useMessages(keysMessages)
  const create = useAct('createKey', {
    invalidates: ['listKeys'],
    onDone: ({ key }) => onAct({ kind: 'show', secret: key, title: t('madeTitle') }),
  })
  return (
    <KeyForm
      title={t('createTitle')}
      submit={t('createGo')}
      initial={NEW_KEY}
      busy={create.isPending}
      error={create.error}
      onClose={() => onAct(null)}
      onSend={(values) => create.mutate({ body: newKeyBody(values) })}
    />
  )
}

function EditKey({ value, onAct }: Acting & { readonly value: Key }) {
  const t = useMessages(keysMessages)
  const update = useAct('updateKey', {
    invalidates: ['listKeys'],
    onDone: () => {
      toast(t('saved'))
      onAct(null)
    },
  })
  return (
    <KeyForm
      title={t('editTitle', { name: value.name })}
      submit={t('editGo')}
      initial={valuesOf(value)}
      busy={update.isPending}
      error={update.error}
      onClose={() => onAct(null)}
      onSend={(values) => update.mutate({ params: { key_id: value.id }, body: patchBody(values) })}
    />
  )
}

function RotateKey({ value, onAct }: Acting & { readonly value: Key }) {
  const t = useMessages(keysMessages)
  const [grace, setGrace] = useState('86400')
  const rotate = useAct('rotateKey', {
    invalidates: ['listKeys'],
    onDone: ({ key }) => onAct({ kind: 'show', secret: key, title: t('rotatedTitle', { name: value.name }) }),
  })
  return (
    <FormDialog
      open
      onClose={() => onAct(null)}
      title={t('rotateTitle', { name: value.name })}
      description={t('rotateText')}
      submit={t('rotateGo')}
      busy={rotate.isPending}
      error={rotate.error}
      onSubmit={() => rotate.mutate({ params: { key_id: value.id }, body: { grace_seconds: Number(grace) } })}
    >
      <SelectField
        label={t('rotateGrace')}
        value={grace}
        onChange={setGrace}
        options={[
          { value: '0', label: t('graceNone') },
          { value: '3600', label: t('graceHour') },
          { value: '86400', label: t('graceDay') },
          { value: '604800', label: t('graceWeek') },
        ]}
      />
    </FormDialog>
  )
}

function RevokeKey({ value, onAct }: Acting & { readonly value: Key }) {
  const t = useMessages(keysMessages)
  const format = useFormatter()
  const revoke = useAct('revokeKey', {
    invalidates: ['listKeys'],
    onDone: () => {
      toast(t('revokedToast'))
      onAct(null)
    },
  })
  const { last_used_at: usedAt } = value
  return (
    <ConfirmDialog
      open
      onClose={() => onAct(null)}
      title={t('revokeTitle', { name: value.name })}
      confirm={t('revokeGo')}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate({ params: { key_id: value.id } })}
    >
      <p>{t('revokeText')}</p>
      {usedAt !== null && <p className="mt-2">{t('lastUsedRecently', { ago: format.ago(usedAt) })}</p>}
    </ConfirmDialog>
  )
}
