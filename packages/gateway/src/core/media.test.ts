import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Source, dataUrl, normalMediaType, sniffMediaType, sourceFromUrl, withTypeOfName } from './media.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64')
const JPEG = Buffer.from('ffd8ffe000104a464946', 'hex').toString('base64')

describe('H75: media', () => {
  it.each([
    ['image/jpg', 'image/jpeg'],
    ['IMAGE/PNG; charset=x', 'image/png'],
    [' audio/mp3 ', 'audio/mpeg'],
    ['application/x-pdf', 'application/pdf'],
    ['image/svg+xml', 'image/svg+xml'],
    ['', ''],
    ['constructor', 'constructor'],
  ])('of type %j are %j', (declared, expected) => expect(normalMediaType(declared)).toBe(expected))

  it.each([
    ['notes.MD', 'application/octet-stream', 'text/markdown'],
    ['data.csv', '', 'text/csv'],
    ['data.csv', 'text/plain', 'text/plain'],
    ['program.constructor', '', ''],
    ['README', 'application/octet-stream', 'application/octet-stream'],
  ])('of a file %s that is called %j are %j', (name, declared, expected) => {
    const source = { kind: 'base64' as const, mediaType: declared, data: 'aGVsbG8=' }
    expect(withTypeOfName({ type: 'file', at: 'x', name, source }).source).toEqual({ ...source, mediaType: expected })
  })

  it('in data URLs are bytes: upper case, charset, white space, without base64', () => {
    expect(sourceFromUrl('data:text/plain;charset=utf-8;base64,aGVs\nbG8=')).toEqual({
      kind: 'base64',
      mediaType: 'text/plain',
      data: 'aGVsbG8=',
    })
    expect(sourceFromUrl('DATA:Image/GIF;BASE64,UklG')).toEqual({
      kind: 'base64',
      mediaType: 'image/gif',
      data: 'UklG',
    })
    expect(sourceFromUrl('data:text/html,%3Cb%3E%C3%A9')).toEqual({
      kind: 'base64',
      mediaType: 'text/html',
      data: Buffer.from('<b>é').toString('base64'),
    })
    expect(sourceFromUrl('data:,100%')).toEqual({
      kind: 'base64',
      mediaType: 'text/plain',
      data: Buffer.from('100%').toString('base64'),
    })
  })

  it('under any other address are that address', () => {
    for (const url of ['https://example.com/a.png', 'data:no comma', ''])
      expect(sourceFromUrl(url)).toEqual({ kind: 'url', url })
  })

  it('are what their bytes say, whatever was declared', () => {
    expect(base64Source('image/png', JPEG)).toEqual({ kind: 'base64', mediaType: 'image/jpeg', data: JPEG })
    expect(base64Source('IMAGE/JPG', 'AAAA')).toMatchObject({ mediaType: 'image/jpeg' })
  })

  it.each([
    ['image/png', PNG],
    ['image/jpeg', JPEG],
    ['image/gif', Buffer.from('GIF89a').toString('base64')],
    ['application/pdf', Buffer.from('%PDF-1.7').toString('base64')],
    ['image/webp', Buffer.from('RIFF\x01\x02\x03\x04WEBPVP8 ', 'latin1').toString('base64')],
    ['audio/wav', Buffer.from('RIFF\x01\x02\x03\x04WAVEfmt ', 'latin1').toString('base64')],
    [null, Buffer.from('RIFF\x01\x02\x03\x04AVI LIST', 'latin1').toString('base64')],
    [null, ''],
  ])('are known as %s by their first bytes', (mediaType, data) => expect(sniffMediaType(data)).toBe(mediaType))

  it('survive as data URLs', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('image/png', 'application/x-thing'), (bytes, declared) => {
        const source = base64Source(declared, Buffer.from(bytes).toString('base64'))
        if (source.kind !== 'base64') throw new Error('not bytes')
        expect(sourceFromUrl(dataUrl(source))).toEqual(source)
      }),
    )
  })
})
