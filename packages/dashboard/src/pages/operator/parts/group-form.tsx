import { useState } from 'react'
import type { Reply } from '../../../api/client.ts'
import { useAct } from '../../../api/hooks.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextAreaField, TextField } from '../../../ui/field.tsx'
import { SelectField } from '../../../ui/select.tsx'
import { toast } from '../../../ui/toast.tsx'
import { groupMessages } from '../messages/groups.ts'
import { givenIn, LimitFields, limitsIn, textsOf } from './limit-fields.tsx'

type Group = Reply<'getGroup'>
type Billing = Group['billing']

interface GroupFormProps {
  /** Absent = a new one. */
  readonly group?: Group
  readonly onClose: () => void
}

export function GroupForm({ group, onClose }: GroupFormProps) {
  const t = useMessages(groupMessages)
  const [name, setName] = useState(group?.name ?? '')
  const [billing, setBilling] = useState<Billing>(group?.billing ?? 'off')
  const [multiplier, setMultiplier] = useState(String(group?.price_multiplier ?? 1))
  const [models, setModels] = useState((group?.models ?? ['*']).join('\n'))
  const [limits, setLimits] = useState(textsOf(group?.limits ?? {}))
  const [shared, setShared] = useState(textsOf(group?.shared_limits ?? {}))
  const [tried, setTried] = useState(false)
  const done = (saved: Group): void => {
    toast(group === undefined ? t('added', { name: saved.name }) : t('saved'))
    onClose()
  }
  const invalidates = ['listGroups', 'getGroup'] as const
  const create = useAct('createGroup', { account: null, invalidates, onDone: done })
  const update = useAct('updateGroup', { account: null, invalidates, onDone: done })
  const act = group === undefined ? create : update
  const isName = /^[\w.-]{1,64}$/.test(name.trim())
  const factor = multiplier.trim().replace(',', '.')
  const isFactor = /^\d+(\.\d{1,6})?$/.test(factor) && Number(factor) <= 1000
  const send = (): void => {
    setTried(true)
    const own = limitsIn(limits)
    const together = limitsIn(shared)
    if (!isName || !isFactor || own === undefined || together === undefined) return
    const listed = [
      ...new Set(
        models
          .split(/[\n,]/)
          .map((line) => line.trim())
          .filter(Boolean),
      ),
    ]
    const common = { billing, price_multiplier: Number(factor), models: listed.length === 0 ? ['*'] : listed }
    if (group === undefined)
      create.mutate({ body: { name: name.trim(), ...common, limits: givenIn(own), shared_limits: givenIn(together) } })
    else update.mutate({ params: { name: group.name }, body: { ...common, limits: own, shared_limits: together } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={group === undefined ? t('add') : t('editTitle', { name: group.name })}
      size="md"
      submit={group === undefined ? t('add') : t('save')}
      busy={act.isPending}
      error={act.error}
      onSubmit={send}
    >
      {group === undefined && (
        <TextField
          label={t('name')}
          value={name}
          onChange={setName}
          error={tried && !isName ? t('nameWrong') : ''}
          autoComplete="off"
        />
      )}
      <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-2">
        <SelectField<Billing>
          label={t('billing')}
          value={billing}
          onChange={setBilling}
          options={[
            { value: 'off', label: t('billingOff') },
            { value: 'prepaid', label: t('billingPrepaid') },
          ]}
        />
        <TextField
          label={t('multiplier')}
          help={t('multiplierHelp')}
          value={multiplier}
          onChange={setMultiplier}
          error={tried && !isFactor ? t('multiplierWrong') : ''}
          inputMode="decimal"
        />
      </div>
      <TextAreaField
        label={t('models')}
        help={t('modelsHelp')}
        value={models}
        onChange={setModels}
        rows={3}
        spellCheck={false}
      />
      <LimitFields
        legend={t('limits')}
        help={t('limitsHelp')}
        texts={limits}
        onChange={setLimits}
        showErrors={tried}
        placeholder={t('noLimit')}
      />
      <LimitFields
        legend={t('sharedLimits')}
        help={t('limitsHelp')}
        texts={shared}
        onChange={setShared}
        showErrors={tried}
        placeholder={t('noLimit')}
      />
    </FormDialog>
  )
}
