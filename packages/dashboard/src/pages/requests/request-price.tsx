import { useFormatter } from '../../format/use-formatter.ts'
import type { PlainKey } from '../../i18n/catalogue.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { modelsMessages } from '../models/messages.ts'
import { requestsMessages } from './messages.ts'
import type { RequestDetail } from './request-page.tsx'

type Line = NonNullable<RequestDetail['price']>['lines'][number]

/** As prices name what they are for. */
const CLASSES: Readonly<Record<string, PlainKey<typeof modelsMessages>>> = {
  input: 'rateInput',
  cached_input: 'rateCachedInput',
  cache_write_5m: 'rateCacheWrite5m',
  cache_write_1h: 'rateCacheWrite1h',
  audio_input: 'rateAudioInput',
  image_input: 'rateImageInput',
  output: 'rateOutput',
  reasoning: 'rateReasoning',
  audio_output: 'rateAudioOutput',
  image_output: 'rateImageOutput',
  call: 'feeCall',
  image: 'feeImage',
  search: 'feeSearch',
}

/** How the cost came about, line by line. */
export function RequestPrice({ request }: { readonly request: RequestDetail }) {
  const t = useMessages(requestsMessages)
  const f = useFormatter()
  const m = useMessages(modelsMessages)
  const lines = request.price?.lines ?? []
  const classOf = (name: string): string => {
    const key = CLASSES[name]
    return key === undefined ? name : m(key)
  }
  const columns: readonly Column<Line>[] = [
    { id: 'class', header: t('priceClass'), cell: ({ class: name }) => classOf(name), onPhone: 'title' },
    { id: 'quantity', header: t('priceQuantity'), align: 'end', cell: ({ quantity }) => f.number(quantity) },
    { id: 'rate', header: t('priceRate'), align: 'end', cell: (line) => rateOf(line) },
    { id: 'amount', header: t('priceAmount'), align: 'end', cell: ({ amount }) => f.money(amount) },
  ]
  const rateOf = ({ unit, rate, service_multiplier: service, price_multiplier: group }: Line): string => {
    const amount = f.money(rate)
    const factors = [service, group].filter((factor) => factor !== 1)
    const text = unit === 'token' ? t('perMillion', { amount }) : t('perOne', { amount })
    return [text, ...factors.map((factor) => t('times', { factor: f.number(factor) }))].join(' ')
  }
  return (
    <Card flush title={t('price')} actions={<span className="tabular font-semibold">{f.money(request.cost)}</span>}>
      <DataTable
        label={t('price')}
        columns={columns}
        rows={lines}
        rowKey={({ class: name, unit }) => `${name} ${unit}`}
        empty={<p className="px-4 pb-4 text-soft">{t('priceNone')}</p>}
      />
    </Card>
  )
}
