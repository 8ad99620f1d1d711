// hold -> capture -> what went back.
import { Link } from '@tanstack/react-router'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Card, Details } from '../../ui/card.tsx'
import { requestsMessages } from './messages.ts'
import type { RequestDetail } from './request-page.tsx'

export function RequestMoney({ request }: { readonly request: RequestDetail }) {
  const t = useMessages(requestsMessages)
  const f = useFormatter()
  const { money } = request
  if (money === null) {
    return (
      <Card title={t('money')}>
        <p className="text-soft">{t('moneyNone')}</p>
      </Card>
    )
  }
  const held = Number(money.held ?? 0)
  const share = held === 0 ? 1 : Math.min(1, Number(money.charged) / held)
  return (
    <Card title={t('money')}>
      {held > 0 && (
        <div aria-hidden className="mb-3 flex h-2 overflow-hidden rounded-full bg-sunken">
          <span className="bg-accent" style={{ width: `${share * 100}%` }} />
        </div>
      )}
      <Details
        items={[
          { label: t('held'), value: money.held === null ? t('heldUnknown') : f.money(money.held) },
          { label: t('charged'), value: <strong className="font-semibold">{f.money(money.charged)}</strong> },
          ...(money.released === null ? [] : [{ label: t('released'), value: f.money(money.released) }]),
          ...(Number(money.lost) === 0 ? [] : [{ label: t('lost'), value: f.money(money.lost) }]),
          ...(money.transfer === null
            ? []
            : [
                {
                  label: t('transfer'),
                  value: (
                    <Link to="/wallet" className="link font-mono text-sm">
                      {money.transfer}
                    </Link>
                  ),
                },
              ]),
          ...(money.charged_at === null ? [] : [{ label: t('chargedAt'), value: f.dateTimeExact(money.charged_at) }]),
        ]}
      />
    </Card>
  )
}
