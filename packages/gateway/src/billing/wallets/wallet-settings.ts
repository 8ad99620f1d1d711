// What an account may wish for when its balance gets low. Throws `invalid_request` and names the field.
import { invalid } from '../../identity/checks.ts'
import { MOST_NANOS } from './ledger.ts'
import { NANOS_PER_CENT } from '../payments/payment-settings.ts'
import type { AutoTopUp, LowBalance } from './wallet-settings-store.ts'

const LONGEST_URL = 2000
const LONGEST_EMAIL = 254

export function checkedLowBalance(wish: LowBalance | null): LowBalance | null {
  if (wish === null) return null
  mustBeNanos(wish.thresholdNanos, 'low_balance.threshold')
  if (wish.webhookUrl === '' && wish.email === '') throw invalid('low_balance', 'needs a webhook_url or an email.')
  const url = URL.parse(wish.webhookUrl)
  if (wish.webhookUrl !== '') {
    if (
      wish.webhookUrl.length > LONGEST_URL ||
      url?.protocol !== 'https:' ||
      url.username !== '' ||
      url.password !== ''
    )
      throw invalid('low_balance.webhook_url', 'must be an https:// address without a password.')
  }
  // Whether there is such a mailbox, only a mail can tell. What must not be is a second address, or a header.
  if (wish.email !== '' && (wish.email.length > LONGEST_EMAIL || !/^[^\s@,;<>"\\]+@[^\s@,;<>"\\]+$/.test(wish.email)))
    throw invalid('low_balance.email', 'must be one mail address.')
  return wish
}

export function checkedAutoTopUp(wish: AutoTopUp | null): AutoTopUp | null {
  if (wish === null) return null
  mustBeNanos(wish.thresholdNanos, 'auto_top_up.threshold')
  mustBeNanos(wish.dailyCapNanos, 'auto_top_up.daily_cap')
  mustBeNanos(wish.amountNanos, 'auto_top_up.amount')
  if (wish.amountNanos === 0 || wish.amountNanos % NANOS_PER_CENT !== 0)
    throw invalid('auto_top_up.amount', 'must be whole cents, and more than none.')
  if (wish.dailyCapNanos < wish.amountNanos)
    throw invalid('auto_top_up.daily_cap', 'must be at least the amount of one top-up.')
  return wish
}

function mustBeNanos(nanos: number, param: string): void {
  if (Number.isSafeInteger(nanos) && nanos >= 0 && nanos <= MOST_NANOS) return
  throw invalid(param, 'must be US$, 0 or more, with at most 9 places.')
}
