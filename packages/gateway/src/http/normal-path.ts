// One spelling of a path for all of its spellings, so that the right to a route can never be decided on another spelling
// than the route itself.

/** Beside one, a character that loses its own percent sign could become part of another's. */
const STRAY_PERCENT = /%(?![0-9A-Fa-f]{2})/
const UNRESERVED = /^[A-Za-z0-9\-._~]$/

/**
 * Slashes that are doubled or at the end go; characters that need no percent sign lose theirs (RFC 3986, section
 * 6.2.2.2), once: what comes out of it is not looked at again.
 */
export function normalPath(path: string): string {
  const decoded =
    path.includes('%') && !STRAY_PERCENT.test(path)
      ? path.replaceAll(/%([0-9A-Fa-f]{2})/g, (whole, digits: string) => {
          const character = String.fromCharCode(Number.parseInt(digits, 16))
          return UNRESERVED.test(character) ? character : whole.toUpperCase()
        })
      : path
  const single = decoded.replaceAll(/\/{2,}/g, '/')
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single
}

/** The path of a whole URL, normal. */
export function normalPathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  if (start === -1) return '/'
  const end = url.slice(start).search(/[?#]/)
  return normalPath(end === -1 ? url.slice(start) : url.slice(start, start + end))
}
