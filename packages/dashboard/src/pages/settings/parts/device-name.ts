// What a browser's user agent says about itself, as people would say it.

export interface DeviceName {
  /** `Chrome`, or a program's own name; '' = not known. */
  readonly client: string
  /** `Windows`; '' = not known. */
  readonly system: string
}

/** Browsers name those that they want to be taken for: the rarer name counts. */
const CLIENTS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

export function deviceName(userAgent: string): DeviceName {
  const client = CLIENTS.find(([pattern]) => pattern.test(userAgent))?.[1]
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? ''
  // A program: `curl/8.5.0` is curl.
  return { client: client ?? /^[\w.-]{1,40}(?=\/|$)/.exec(userAgent)?.[0] ?? '', system }
}
