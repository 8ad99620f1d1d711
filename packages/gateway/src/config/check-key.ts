import type { Report } from './report.ts'

/** Whatever goes into a header: an API key, an access key. */
export function checkKey(key: string, path: PropertyKey[], report: Report): void {
  if (!isKey(key)) {
    report.problem(
      path,
      'holds characters that an API key cannot have (spaces, line breaks, control characters).',
      'Was it copied with its line end?',
    )
  } else if (key.startsWith('{')) {
    report.problem(path, 'is JSON, not an API key.', 'The JSON of a service account goes into credentials.')
  }
}

export function isKey(text: string): boolean {
  return /^[\x21-\x7e]*$/.test(text)
}
