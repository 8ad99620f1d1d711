import { useState } from 'react'
import type { Body, Reply } from '../../../api/client.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { ConfirmDialog, FormDialog } from '../../../ui/dialog.tsx'
import { MoneyField } from '../../../ui/field.tsx'
import { Loaded } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { modelMessages } from '../messages/models.ts'
import { PriceCell } from './price-cell.tsx'
import type { ModelRoute, Price } from './price-text.ts'

const FIELDS = [
  ['input', 'input'],
  ['output', 'output'],
  ['cached_input', 'cachedInput'],
  ['reasoning', 'reasoning'],
  ['cache_write_5m', 'cacheWrite5m'],
  ['cache_write_1h', 'cacheWrite1h'],
  ['per_call', 'perCall'],
  ['per_image', 'perImage'],
  ['per_web_search', 'perSearch'],
] as const satisfies readonly (readonly [keyof Price, PlainKey<typeof modelMessages>])[]

const SHOWS = ['listPrices', 'listModelRoutes', 'getModelRoute', 'listPriceVersions', 'getOverview'] as const

export const PRICE_SOURCES: Readonly<Record<NonNullable<ModelRoute['price_source']>, PlainKey<typeof modelMessages>>> =
  {
    config: 'priceConfig',
    database: 'priceDatabase',
    catalogue: 'priceCatalogue',
  }

interface PriceProps {
  readonly id: string
  readonly price: Price | null
  readonly source: ModelRoute['price_source']
}

export function PriceActions({ id, price, source }: PriceProps) {
  const t = useMessages(modelMessages)
  const [asked, setAsked] = useState<'set' | 'remove' | null>(null)
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div>
        <p className="tabular text-xl font-semibold">
          <PriceCell price={price} />
        </p>
        {source !== null && <p className="text-sm text-soft">{t(PRICE_SOURCES[source])}</p>}
      </div>
      {source !== 'config' && (
        <div className="flex flex-wrap gap-2">
          {source === 'database' && (
            <Button tone="quiet" onClick={() => setAsked('remove')}>
              {t('removePrice')}
            </Button>
          )}
          <Button onClick={() => setAsked('set')}>{t('setPrice')}</Button>
        </div>
      )}
      {asked === 'set' && <PriceForm id={id} price={price} onClose={() => setAsked(null)} />}
      {asked === 'remove' && <RemovePrice id={id} onClose={() => setAsked(null)} />}
    </div>
  )
}

export function PriceForm({ id, price, onClose }: Omit<PriceProps, 'source'> & { readonly onClose: () => void }) {
  const t = useMessages(modelMessages)
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(FIELDS.map(([field]) => [field, price?.[field] ?? ''])),
  )
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const act = useAct('setPrice', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('priceSet', { id }))
      onClose()
    },
  })
  const send = (): void => {
    const found: Record<string, string> = {}
    const given: Record<string, string> = {}
    for (const [field] of FIELDS) {
      const text = (values[field] ?? '').trim().replace(',', '.')
      if (text === '' && field !== 'input' && field !== 'output') continue
      if (/^\d+(\.\d{1,9})?$/.test(text)) given[field] = text
      else found[field] = t('priceWrong')
    }
    setErrors(found)
    if (Object.keys(found).length > 0) return
    // What the form does not show (tiers, sound, pictures) stays as it is.
    const kept = Object.fromEntries(
      Object.entries(price ?? {}).filter(([name]) => !FIELDS.some(([field]) => field === name)),
    )
    act.mutate({ params: { model: id }, body: { ...kept, ...given } as Body<'setPrice'> })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('setPriceTitle', { id })}
      description={`${t('perMillion')}. ${t('priceHelp')}`}
      size="md"
      submit={t('setPrice')}
      busy={act.isPending}
      error={act.error}
      onSubmit={send}
    >
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        {FIELDS.map(([field, label]) => (
          <MoneyField
            key={field}
            label={t(label)}
            value={values[field] ?? ''}
            onChange={(value) => setValues({ ...values, [field]: value })}
            error={errors[field]}
            optional={field !== 'input' && field !== 'output'}
          />
        ))}
      </div>
    </FormDialog>
  )
}

export function RemovePrice({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useMessages(modelMessages)
  const act = useAct('removePrice', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('priceRemoved', { id }))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('removePriceTitle', { id })}
      confirm={t('removePrice')}
      busy={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate({ params: { model: id } })}
    >
      {t('removePriceText')}
    </ConfirmDialog>
  )
}

type Version = Reply<'listPriceVersions'>['data'][number]

export function PriceHistory({ id }: { readonly id: string }) {
  const t = useMessages(modelMessages)
  const format = useFormatter()
  const versions = useApi('listPriceVersions', { params: { model: id } }, { account: null })
  return (
    <div className="mt-4 border-t border-line pt-3">
      <h3 className="mb-2 text-sm font-medium text-soft">{t('history')}</h3>
      <Loaded query={versions}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="text-sm text-soft">{t('historyEmpty')}</p>
          ) : (
            <ul className="m-0 flex max-h-48 list-none flex-col gap-1.5 overflow-y-auto p-0 text-sm">
              {data.map((version: Version) => (
                <li key={version.id} className="flex flex-wrap justify-between gap-x-4">
                  <span className="tabular">
                    {version.price === null ? t('historyGone') : <PriceCell price={version.price} />}
                  </span>
                  <span className="text-soft">
                    {format.dateTime(version.set_at)} · {version.set_by}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}
