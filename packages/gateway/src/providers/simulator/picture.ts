// What the simulator draws: a sun over hills, coloured and shaped by a hash of the prompt, with SIMULATED written on it.

import { hash32, randomFrom } from './seeded.ts'
import type { PaletteImage } from './png.ts'

type Colour = readonly [number, number, number]

/** Palette places: a sky of this many shades, then the sun, then the hills, then the lettering. */
const SKY_SHADES = 64
const SUN = SKY_SHADES
const HILLS = 4
const FIRST_HILL = SUN + 1
const INK = FIRST_HILL + HILLS

export function drawPicture(prompt: string, width: number, height: number, variant: number): PaletteImage {
  const random = randomFrom(hash32(prompt, variant))
  const palette = choosePalette(random)
  const pixels = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    pixels.fill(Math.floor((y / height) * SKY_SHADES), y * width, (y + 1) * width)
  }
  drawSun(pixels, width, height, random)
  for (let hill = 0; hill < HILLS; hill++) drawHill(pixels, width, height, hill, random)
  drawLabel(pixels, width, height)
  const notes = { Software: 'Fairlead simulator', Title: 'Simulated image', Description: prompt.slice(0, 1000) }
  return { width, height, palette, pixels, notes }
}

function choosePalette(random: () => number): Colour[] {
  const skyHue = random() * 360
  const landHue = (skyHue + 90 + random() * 180) % 360
  const palette: Colour[] = []
  for (let i = 0; i < SKY_SHADES; i++) palette.push(fromHsl(skyHue + i * 0.6, 0.6, 0.35 + (0.5 * i) / SKY_SHADES))
  palette.push(fromHsl(skyHue + 40, 0.9, 0.88))
  for (let i = 0; i < HILLS; i++) palette.push(fromHsl(landHue + i * 8, 0.4, 0.52 - i * 0.11))
  palette.push([255, 255, 255])
  return palette
}

function drawSun(pixels: Uint8Array, width: number, height: number, random: () => number): void {
  const radius = Math.min(width, height) * (0.08 + random() * 0.1)
  const centreX = width * (0.2 + random() * 0.6)
  const centreY = height * (0.2 + random() * 0.2)
  const bottom = Math.min(height, Math.ceil(centreY + radius))
  for (let y = Math.max(0, Math.floor(centreY - radius)); y < bottom; y++) {
    const half = Math.sqrt(Math.max(0, radius ** 2 - (y - centreY) ** 2))
    const from = Math.max(0, Math.round(centreX - half))
    const to = Math.min(width, Math.round(centreX + half))
    pixels.fill(SUN, y * width + from, y * width + Math.max(from, to))
  }
}

/** A ridge of two waves; everything below it is hill. */
function drawHill(pixels: Uint8Array, width: number, height: number, hill: number, random: () => number): void {
  const base = height * (0.5 + hill * 0.13)
  const swell = height * (0.05 + random() * 0.05)
  const [phaseA, phaseB, waves] = [random() * 6.3, random() * 6.3, 1 + random() * 2]
  const ridge = Int32Array.from({ length: width }, (_, x) => {
    const angle = (x / width) * waves * 6.3
    return Math.round(base - swell * Math.sin(angle + phaseA) - swell * 0.4 * Math.sin(angle * 2.7 + phaseB))
  })
  const top = Math.max(0, Math.floor(base - swell * 1.5))
  for (let y = top; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; x++) if (y >= (ridge[x] ?? 0)) pixels[row + x] = FIRST_HILL + hill
  }
}

/** Seven rows of five dots a letter, a row a number, the leftmost dot the highest bit. */
const LETTERS: Readonly<Record<string, readonly number[]>> = {
  S: [15, 16, 16, 14, 1, 1, 30],
  I: [14, 4, 4, 4, 4, 4, 14],
  M: [17, 27, 21, 21, 17, 17, 17],
  U: [17, 17, 17, 17, 17, 17, 14],
  L: [16, 16, 16, 16, 16, 16, 31],
  A: [14, 17, 17, 31, 17, 17, 17],
  T: [31, 4, 4, 4, 4, 4, 4],
  E: [31, 16, 16, 30, 16, 16, 31],
  D: [30, 17, 17, 17, 17, 17, 30],
}

const TEXT = 'SIMULATED'

function drawLabel(pixels: Uint8Array, width: number, height: number): void {
  const columns = TEXT.length * 6 - 1
  const dot = Math.max(1, Math.floor(Math.min((width * 0.4) / columns, (height * 0.1) / 7)))
  const left = dot * 3
  const top = height - dot * 10
  for (const [place, letter] of Array.from(TEXT).entries()) {
    for (const [row, bits] of (LETTERS[letter] ?? []).entries()) {
      for (let column = 0; column < 5; column++) {
        if ((bits & (16 >> column)) === 0) continue
        fillDot(pixels, width, height, left + (place * 6 + column) * dot, top + row * dot, dot)
      }
    }
  }
}

function fillDot(pixels: Uint8Array, width: number, height: number, left: number, top: number, size: number): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
    pixels.fill(INK, y * width + Math.min(left, width), y * width + Math.min(left + size, width))
  }
}

/** Hue in degrees, saturation and lightness 0 to 1. */
function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  const channel = (offset: number) => {
    const place = (offset + hue / 30) % 12
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(place - 3, 9 - place, 1))))
  }
  return [channel(0), channel(8), channel(4)]
}
