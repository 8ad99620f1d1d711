// As much DER (ITU-T X.690) as a certificate needs.

export type Der = Buffer

export function tagged(tag: number, ...parts: readonly Der[]): Der {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content])
}

export function sequence(...parts: readonly Der[]): Der {
  return tagged(0x30, ...parts)
}

export function set(...parts: readonly Der[]): Der {
  return tagged(0x31, ...parts)
}

/** A positive integer, from its big-endian bytes. */
export function integer(bytes: Buffer): Der {
  const positive = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
  return tagged(0x02, positive)
}

export function objectId(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const sevens = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) sevens.unshift((left & 0x7f) | 0x80)
    bytes.push(...sevens)
  }
  return tagged(0x06, Buffer.from(bytes))
}

export function bitString(bytes: Buffer): Der {
  return tagged(0x03, Buffer.from([0]), bytes)
}

export function octetString(bytes: Buffer): Der {
  return tagged(0x04, bytes)
}

export function utf8(text: string): Der {
  return tagged(0x0c, Buffer.from(text))
}

export function boolean(value: boolean): Der {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]))
}

/** UTCTime, whole seconds; good for the years 1950 to 2049. */
export function utcTime(date: Date): Der {
  return tagged(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  if (length < 0x100) return Buffer.from([0x81, length])
  return Buffer.from([0x82, length >> 8, length & 0xff])
}
