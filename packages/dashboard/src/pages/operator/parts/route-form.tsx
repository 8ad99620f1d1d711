// A model route: a name, and who serves it.
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Body } from '../../../api/client.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { SelectField } from '../../../ui/select.tsx'
import { toast } from '../../../ui/toast.tsx'
import { Checkbox } from '../../../ui/toggles.tsx'
import { modelMessages } from '../messages/models.ts'
import type { ModelRoute } from './price-text.ts'

type RouteBody = Omit<Body<'createModelRoute'>, 'id'>
type Strategy = NonNullable<RouteBody['strategy']>
type Target = NonNullable<RouteBody['targets']>[number]

interface TargetDraft {
  readonly provider: string
  readonly model: string
  readonly weight: string
  readonly priority: string
  /** What this form does not show, such as when a target is for: it stays as it was set. */
  readonly kept: Partial<Target>
}

const NEW_TARGET: TargetDraft = { provider: '', model: '', weight: '1', priority: '0', kept: {} }

interface RouteFormProps {
  /** What is changed; absent = a new one. */
  readonly route?: ModelRoute
  /** Ids that a new one cannot have. */
  readonly taken?: readonly string[]
  /** A new one under this name. */
  readonly id?: string
  readonly onClose: () => void
}

const SHOWS = ['listModelRoutes', 'getModelRoute', 'listPrices', 'getOverview'] as const

export function RouteForm({ route, taken = [], id: givenId = '', onClose }: RouteFormProps) {
  const t = useMessages(modelMessages)
  const providers = useApi('listProviders', {}, { account: null })
  const names = providers.data?.data.map(({ name }) => name) ?? []
  const [id, setId] = useState(route?.id ?? givenId)
  const [strategy, setStrategy] = useState<Strategy>(route?.settings?.strategy ?? 'weighted')
  const [aliases, setAliases] = useState(textOf(route, 'aliases'))
  const [fallbacks, setFallbacks] = useState(textOf(route, 'fallbacks'))
  const [continues, setContinues] = useState(route?.continue_streams ?? false)
  const [targets, setTargets] = useState<readonly TargetDraft[]>(
    () =>
      route?.targets.map(({ provider, model, weight, priority }, index) => ({
        provider,
        model: model === route.id ? '' : model,
        weight: String(weight),
        priority: String(priority),
        kept: route.settings?.targets?.[index] ?? {},
      })) ?? [NEW_TARGET],
  )
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const done = (key: 'added' | 'saved') => (made: { readonly id: string }) => {
    toast(key === 'added' ? t('added', { id: made.id }) : t('saved'))
    onClose()
  }
  const create = useAct('createModelRoute', { account: null, invalidates: SHOWS, onDone: done('added') })
  const update = useAct('updateModelRoute', { account: null, invalidates: SHOWS, onDone: done('saved') })
  const act = route === undefined ? create : update
  const change = (index: number, next: Partial<TargetDraft>): void =>
    setTargets(targets.map((target, at) => (at === index ? { ...target, ...next } : target)))
  const providerOf = (target: TargetDraft): string => target.provider || names[0] || ''

  const send = (): void => {
    const found: Record<string, string> = {}
    if (id.trim() === '' || /\s/.test(id.trim())) found['id'] = t('idWrong')
    else if (route === undefined && taken.includes(id.trim())) found['id'] = t('idTaken')
    if (targets.length === 0) found['targets'] = t('targetsMissing')
    for (const [index, { weight, priority }] of targets.entries()) {
      if (!/^\d+(\.\d+)?$/.test(weight.trim())) found[`weight${index}`] = t('numberWrong')
      if (!/^\d{1,4}$/.test(priority.trim())) found[`priority${index}`] = t('numberWrong')
    }
    setErrors(found)
    if (Object.keys(found).length > 0) return
    const body: RouteBody = {
      strategy,
      aliases: listIn(aliases),
      fallbacks: listIn(fallbacks),
      continue_streams: continues,
      targets: targets.map((target) => ({
        ...without('model', target.kept),
        provider: providerOf(target),
        weight: Number(target.weight),
        priority: Number(target.priority),
        ...(target.model.trim() === '' ? {} : { model: target.model.trim() }),
      })),
    }
    if (route === undefined) create.mutate({ body: { id: id.trim(), ...body } })
    else update.mutate({ params: { model: route.id }, body })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={route === undefined ? t('add') : t('editTitle', { id: route.id })}
      size="lg"
      submit={route === undefined ? t('add') : t('save')}
      busy={act.isPending}
      error={act.error}
      onSubmit={send}
    >
      {route === undefined && (
        <TextField
          label={t('id')}
          help={t('idHelp')}
          value={id}
          onChange={setId}
          error={errors['id']}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <SelectField<Strategy>
        label={t('strategy')}
        value={strategy}
        onChange={setStrategy}
        options={[
          { value: 'weighted', label: t('strategyWeighted') },
          { value: 'least-busy', label: t('strategyLeastBusy') },
          { value: 'latency', label: t('strategyLatency') },
          { value: 'cost', label: t('strategyCost') },
          { value: 'split', label: t('strategySplit') },
        ]}
      />
      <fieldset className="m-0 flex flex-col gap-3 border-0 p-0">
        <legend className="mb-1 text-sm font-medium">{t('targets')}</legend>
        {targets.map((target, index) => (
          <div
            key={index}
            className="grid grid-cols-2 items-start gap-2 rounded-md border border-line p-3 sm:grid-cols-[1fr_1fr_5rem_5rem_auto]"
          >
            <SelectField
              label={t('targetProvider')}
              value={providerOf(target)}
              // Another provider does not charge what the last one did.
              onChange={(provider) => change(index, { provider, kept: without('price', target.kept) })}
              options={[...new Set([...names, ...(target.provider === '' ? [] : [target.provider])])].map((name) => ({
                value: name,
                label: name,
              }))}
            />
            <TextField
              label={t('targetModel')}
              value={target.model}
              placeholder={id}
              onChange={(model) => change(index, { model })}
              autoComplete="off"
              spellCheck={false}
            />
            <TextField
              label={t('weight')}
              value={target.weight}
              onChange={(weight) => change(index, { weight })}
              error={errors[`weight${index}`]}
              inputMode="decimal"
            />
            <TextField
              label={t('priority')}
              value={target.priority}
              onChange={(priority) => change(index, { priority })}
              error={errors[`priority${index}`]}
              inputMode="numeric"
            />
            <IconButton
              label={t('removeTarget', { number: index + 1 })}
              className="mt-6"
              onClick={() => setTargets(targets.filter((_, at) => at !== index))}
            >
              <Trash2 aria-hidden className="size-4" />
            </IconButton>
          </div>
        ))}
        {errors['targets'] !== undefined && (
          <p role="alert" className="text-sm text-bad">
            {errors['targets']}
          </p>
        )}
        <div>
          <Button
            size="sm"
            icon={<Plus aria-hidden className="size-4" />}
            onClick={() => setTargets([...targets, NEW_TARGET])}
          >
            {t('addTarget')}
          </Button>
        </div>
      </fieldset>
      <TextField
        label={t('fallbacks')}
        help={t('fallbacksHelp')}
        optional
        value={fallbacks}
        onChange={setFallbacks}
        spellCheck={false}
      />
      <TextField
        label={t('aliases')}
        help={t('aliasesHelp')}
        optional
        value={aliases}
        onChange={setAliases}
        spellCheck={false}
      />
      <Checkbox
        label={t('continueStreams')}
        help={t('continueStreamsHelp')}
        checked={continues}
        onChange={setContinues}
      />
    </FormDialog>
  )
}

function without(name: 'model' | 'price', target: Partial<Target>): Partial<Target> {
  const rest = { ...target }
  delete rest[name]
  return rest
}

/** As it was set here: what the catalogue adds by itself stays its own. */
function textOf(route: ModelRoute | undefined, field: 'aliases' | 'fallbacks'): string {
  return route?.settings?.[field]?.join(', ') ?? ''
}

function listIn(text: string): string[] {
  return [
    ...new Set(
      text
        .split(/[\n,]/)
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  ]
}
