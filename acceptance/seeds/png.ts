import { check } from '../lib/check.ts'

/** `WIDTHxHEIGHT` from the header of a PNG file (signature, then the IHDR chunk); throws when it is none. */
export function pngSize(file: Buffer): string {
  const signature = file.subarray(0, 8).toString('latin1')
  check(signature === '\x89PNG\r\n\x1a\n', 'the image has no PNG signature')
  check(file.subarray(12, 16).toString('latin1') === 'IHDR', 'the image does not begin with IHDR')
  check(file.subarray(-8, -4).toString('latin1') === 'IEND', 'the image does not end with IEND')
  return `${file.readUInt32BE(16)}x${file.readUInt32BE(20)}`
}
