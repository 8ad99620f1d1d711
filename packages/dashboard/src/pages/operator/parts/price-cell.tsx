import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { modelMessages } from '../messages/models.ts'
import type { Price } from './price-text.ts'

export function PriceCell({ price }: { readonly price: Price | null }) {
  const t = useMessages(modelMessages)
  const format = useFormatter()
  if (price?.input === undefined || price.output === undefined) return <span className="text-soft">{t('noPrice')}</span>
  return (
    <span className="whitespace-nowrap">
      {t('priceInOut', { input: format.money(price.input), output: format.money(price.output) })}
    </span>
  )
}

export function MarginCell({ margin }: { readonly margin: number | null }) {
  const t = useMessages(modelMessages)
  const format = useFormatter()
  if (margin === null) return <span className="text-soft">{t('unknown')}</span>
  if (margin < 0) {
    // Of almost nothing anything is a large share: then the words say it better.
    const share = margin > -10 ? `${format.percent(margin, 0)} · ` : ''
    return <Badge tone="bad">{share + t('belowCost')}</Badge>
  }
  return <span>{format.percent(margin, 0)}</span>
}
