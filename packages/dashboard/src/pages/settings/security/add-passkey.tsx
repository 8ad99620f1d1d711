import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { callApi } from '../../../api/client.ts'
import { makePasskey, PasskeyCancelled } from '../../../api/passkeys.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { Notice } from '../../../ui/notice.tsx'
import { toast } from '../../../ui/toast.tsx'
import { securityMessages } from '../messages/security.ts'
import { deviceName } from '../parts/device-name.ts'
import { useRenewal } from '../parts/use-factor-act.ts'

export const LONGEST_NAME = 200

/** A name, then the browser's own window. */
export function AddPasskey({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(securityMessages)
  const ui = useMessages(uiMessages)
  const renew = useRenewal()
  const [name, setName] = useState(() => deviceName(navigator.userAgent).system || t('passkeyNameDefault'))
  const [problem, setProblem] = useState('')
  const add = useMutation<unknown, Error, string>({
    mutationFn: async (wanted) => {
      const { options } = await callApi('beginPasskey', {}, { account: null })
      const credential = await makePasskey(options)
      return await callApi('addPasskey', { body: { credential, name: wanted } }, { account: null })
    },
    onSuccess: async () => {
      await renew()
      toast(t('passkeyAdded'))
      onClose()
    },
  })
  const send = (): void => {
    const wanted = name.trim()
    const found = wanted === '' ? ui('required') : wanted.length > LONGEST_NAME ? t('passkeyNameLong') : ''
    setProblem(found)
    if (found === '') add.mutate(wanted)
  }
  const wasCancelled = add.error instanceof PasskeyCancelled
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('passkeyAdd')}
      description={t('passkeyAddText')}
      submit={t('passkeyGo')}
      onSubmit={send}
      busy={add.isPending}
      error={wasCancelled ? null : add.error}
    >
      <TextField
        label={t('passkeyName')}
        help={t('passkeyNameHelp')}
        value={name}
        onChange={setName}
        error={problem}
        autoComplete="off"
      />
      {wasCancelled && (
        <Notice tone="warn" title={t('passkeyCancelled')}>
          {t('passkeyCancelledText')}
        </Notice>
      )}
    </FormDialog>
  )
}
