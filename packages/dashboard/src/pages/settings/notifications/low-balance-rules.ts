// What the gateway takes for a notice about a low balance, asked before it is sent.

const MOST_DOLLARS = 1_000_000
const LONGEST_URL = 2000

/** @param text US$, like `12.50` */
export function isThreshold(text: string): boolean {
  return /^\d{1,7}(?:\.\d{1,9})?$/.test(text) && Number(text) > 0 && Number(text) <= MOST_DOLLARS
}

export function isWebhookUrl(text: string): boolean {
  const url = URL.parse(text)
  return text.length <= LONGEST_URL && url?.protocol === 'https:' && url.username === '' && url.password === ''
}

/** `5.000000000` as one would type it: `5.00`. */
export function plainAmount(dollars: string): string {
  const [whole = '0', places = ''] = dollars.split('.')
  return `${whole}.${places.replace(/0+$/, '').padEnd(2, '0')}`
}
