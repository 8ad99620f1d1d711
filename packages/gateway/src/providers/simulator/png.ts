// A small PNG writer: 8-bit palette images, one zlib stream. Source: the PNG specification, third edition (W3C).

import { promisify } from 'node:util'
import { crc32, deflate } from 'node:zlib'

const deflateAsync = promisify(deflate)

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export interface PaletteImage {
  readonly width: number
  readonly height: number
  /** Red, green, blue; at most 256 colours. */
  readonly palette: readonly (readonly [number, number, number])[]
  /** One palette index a pixel, row by row from the top. */
  readonly pixels: Uint8Array
  /** UTF-8 notes in the file, by keyword. */
  readonly notes: Readonly<Record<string, string>>
}

/** The bytes of the file. Compression runs on the thread pool, so a large image does not hold up a stream. */
export async function encodePng(image: PaletteImage): Promise<Buffer> {
  const { width, height, palette, pixels, notes } = image
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Bit depth 8, colour type 3 (palette); compression, filter method and interlace 0.
  header.set([8, 3, 0, 0, 0], 8)
  // Every row begins with its filter: 0, none.
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...Object.entries(notes).map(([keyword, text]) => chunk('iTXt', note(keyword, text))),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', await deflateAsync(rows, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Keyword, then: not compressed, method 0, no language, no translated keyword. */
function note(keyword: string, text: string): Buffer {
  return Buffer.concat([Buffer.from(keyword, 'latin1'), Buffer.alloc(5), Buffer.from(text, 'utf8')])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  whole.set(body, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}
