// The one page of the web app: what it loads, and what the gateway tells it before anything else.

/**
 * Everything from here, nothing inline, nothing evaluated. Images may also be what the page made itself: charts and files
 * that somebody chose.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

export interface IndexFacts {
  readonly brand: string
  /** As clients reach us; '' = at the root of whatever host they use. */
  readonly publicUrl: string
}

export function indexResponse(index: string, { brand, publicUrl }: IndexFacts): Response {
  const base = (URL.parse(publicUrl)?.pathname ?? '').replace(/\/+$/, '')
  const text = index
    .replaceAll(/(src|href)="\.\//g, (_, name: string) => `${name}="${escaped(base)}/`)
    .replace('name="fairlead-base" content=""', () => `name="fairlead-base" content="${escaped(base)}"`)
    .replace('name="fairlead-brand" content="Fairlead"', () => `name="fairlead-brand" content="${escaped(brand)}"`)
    .replace('<title>Fairlead</title>', () => `<title>${escaped(brand)}</title>`)
  return new Response(text, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    },
  })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
