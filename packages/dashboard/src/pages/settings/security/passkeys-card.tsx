import { Fingerprint, Pencil, Plus, Trash2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Passkey } from '../../../api/generated/operations.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { canUsePasskeys } from '../../../api/passkeys.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { ConfirmDialog, FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { MenuItem, RowMenu } from '../../../ui/menu.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { Notice } from '../../../ui/notice.tsx'
import { EmptyState, ErrorState } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { securityMessages } from '../messages/security.ts'
import { useFactorAct } from '../parts/use-factor-act.ts'
import { AddPasskey, LONGEST_NAME } from './add-passkey.tsx'

type Opened = { readonly what: 'add' } | { readonly what: 'rename' | 'remove'; readonly passkey: Passkey }

export function PasskeysCard() {
  const t = useMessages(securityMessages)
  const passkeys = useApi('listPasskeys', {}, { account: null })
  const [open, setOpen] = useState<Opened | null>(null)
  const columns = useColumns(setOpen)
  const canAdd = canUsePasskeys()
  const rows = passkeys.data?.data ?? []
  const add = (
    <Button
      tone={rows.length === 0 ? 'primary' : 'plain'}
      icon={<Plus aria-hidden className="size-4" />}
      onClick={() => setOpen({ what: 'add' })}
    >
      {t('passkeyAdd')}
    </Button>
  )
  const close = (): void => setOpen(null)
  return (
    <Card flush title={t('passkeys')} description={t('passkeysText')} actions={canAdd && rows.length > 0 ? add : null}>
      {!canAdd && (
        <div className="px-4 pb-4">
          <Notice>{t('passkeysAway')}</Notice>
        </div>
      )}
      {passkeys.error !== null && passkeys.data === undefined ? (
        <ErrorState error={passkeys.error} retry={() => void passkeys.refetch()} />
      ) : (
        <DataTable
          label={t('passkeys')}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          isPending={passkeys.isPending}
          empty={
            canAdd && (
              <EmptyState icon={<Fingerprint />} title={t('passkeysEmpty')} action={add} className="pt-4 pb-8">
                {t('passkeysEmptyText')}
              </EmptyState>
            )
          }
        />
      )}
      {open?.what === 'add' && <AddPasskey onClose={close} />}
      {open?.what === 'rename' && <RenamePasskey passkey={open.passkey} onClose={close} />}
      {open?.what === 'remove' && <RemovePasskey passkey={open.passkey} onClose={close} />}
    </Card>
  )
}

function useColumns(open: (what: Opened) => void): readonly Column<Passkey>[] {
  const t = useMessages(securityMessages)
  const format = useFormatter()
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('passkeyName'),
        onPhone: 'title',
        cell: ({ name, synced }) => (
          <span className="flex flex-wrap items-center gap-2 font-medium">
            <span className="min-w-0 break-words">{name}</span>
            {synced && <Badge>{t('passkeySynced')}</Badge>}
          </span>
        ),
      },
      { id: 'added', header: t('added'), cell: ({ created_at: at }) => format.date(at) },
      {
        id: 'used',
        header: t('lastUsed'),
        cell: ({ last_used_at: at }) => (at === null ? t('neverUsed') : format.ago(at)),
      },
      {
        id: 'menu',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (passkey) => (
          <RowMenu label={passkey.name}>
            <MenuItem icon={<Pencil />} onSelect={() => open({ what: 'rename', passkey })}>
              {t('passkeyRename')}
            </MenuItem>
            <MenuItem icon={<Trash2 />} tone="danger" onSelect={() => open({ what: 'remove', passkey })}>
              {t('passkeyRemove')}
            </MenuItem>
          </RowMenu>
        ),
      },
    ],
    [t, format, open],
  )
}

interface OneProps {
  readonly passkey: Passkey
  readonly onClose: () => void
}

function RenamePasskey({ passkey, onClose }: OneProps) {
  const t = useMessages(securityMessages)
  const ui = useMessages(uiMessages)
  const [name, setName] = useState(passkey.name)
  const [problem, setProblem] = useState('')
  const rename = useAct('renamePasskey', {
    account: null,
    invalidates: ['listPasskeys'],
    onDone: () => {
      toast(t('passkeyRenamed'))
      onClose()
    },
  })
  const send = (): void => {
    const wanted = name.trim()
    const found = wanted === '' ? ui('required') : wanted.length > LONGEST_NAME ? t('passkeyNameLong') : ''
    setProblem(found)
    if (found === '') rename.mutate({ params: { passkey_id: passkey.id }, body: { name: wanted } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('passkeyRename')}
      submit={ui('save')}
      onSubmit={send}
      busy={rename.isPending}
      error={rename.error}
    >
      <TextField label={t('passkeyName')} value={name} onChange={setName} error={problem} autoComplete="off" />
    </FormDialog>
  )
}

function RemovePasskey({ passkey, onClose }: OneProps) {
  const t = useMessages(securityMessages)
  const remove = useFactorAct('removePasskey', () => {
    toast(t('passkeyRemoved'))
    onClose()
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('passkeyRemoveTitle', { name: passkey.name })}
      confirm={t('passkeyRemove')}
      onConfirm={() => remove.mutate({ params: { passkey_id: passkey.id } })}
      busy={remove.isPending}
      error={remove.error}
    >
      {t('passkeyRemoveText')}
    </ConfirmDialog>
  )
}
