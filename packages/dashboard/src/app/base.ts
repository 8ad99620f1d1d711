// Where the gateway stands, as its index.html says: under a path of a proxy it is not the root of its host.

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="fairlead-${name}"]`)?.content ?? ''
}

/** '' or `/path`, without a slash at its end. */
export const BASE_PATH = meta('base')

/** What the operator calls this gateway. */
export const BRAND = meta('brand') || 'Fairlead'

/** `https://ai.example.com`, without `/v1`: what clients are pointed at. */
export const ORIGIN = location.origin + BASE_PATH
