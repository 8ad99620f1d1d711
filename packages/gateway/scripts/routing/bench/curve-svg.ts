// Quality over cost as a picture: plain SVG, the same bytes for the same figures.
import type { Block } from './tables-of-figures.ts'
import type { Curve } from './sweep.ts'

const WIDTH = 720
const HEIGHT = 420
const LEFT = 60
const RIGHT = 20
const TOP = 46
const BOTTOM = 52
const LEAST_QUALITY = 84

const COLOURS: Readonly<Record<string, string>> = {
  'static mix': '#8a8f98',
  'keyword tiers': '#b9770e',
  'ours: task classifier x score table': '#1f6feb',
  'ours: with outcomes per prompt': '#0b7a4b',
  oracle: '#c7ccd4',
}

export function curveSvg({ pool, staticMix, routers }: Block): string {
  const most = Math.max(
    ...routers.flatMap(({ curve }) => curve.map(([, quality]) => (quality < 112 ? quality : 0))),
    104,
  )
  const x = (cost: number) => (LEFT + (cost / 105) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const y = (quality: number) =>
    (TOP + ((most + 1 - quality) / (most + 1 - LEAST_QUALITY)) * (HEIGHT - TOP - BOTTOM)).toFixed(1)
  const lines: (readonly [string, Curve])[] = [
    ['static mix', staticMix],
    ...routers.map(({ name, curve }) => [name, curve] as const),
  ]
  const grid = [85, 90, 95, 100, 105].filter((quality) => quality <= most + 1)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="22" font-size="15" fill="#1b1f24">${pool.name}: quality over cost, percent of the best single model (frontier of the test folds)</text>`,
    ...grid.map(
      (q) =>
        `<path d="M${LEFT} ${y(q)}H${WIDTH - RIGHT}" stroke="${q === 100 ? '#9aa0a8' : '#e5e8ec'}"/><text x="${LEFT - 8}" y="${y(q)}" text-anchor="end" dominant-baseline="middle" fill="#57606a">${q}</text>`,
    ),
    ...[0, 20, 40, 60, 80, 100].map(
      (c) => `<text x="${x(c)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#57606a">${c}</text>`,
    ),
    `<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 12}" text-anchor="middle" fill="#57606a">cost, % of always the best model</text>`,
    ...lines.map(([name, curve]) => lineOf(name, curve, x, y)),
    ...lines.map(([name], index) => legend(name, index)),
    '</svg>',
    '',
  ].join('\n')
}

function lineOf(name: string, curve: Curve, x: (cost: number) => string, y: (quality: number) => string): string {
  const inside = curve.flatMap((point, index) => {
    const before = curve[index - 1]
    if (point[1] < LEAST_QUALITY) return []
    if (before === undefined || before[1] >= LEAST_QUALITY) return [point]
    const cut = before[0] + ((LEAST_QUALITY - before[1]) / (point[1] - before[1])) * (point[0] - before[0])
    return [[cut, LEAST_QUALITY] as const, point]
  })
  const shown = inside.filter(([cost, quality]) => cost <= 105 && quality < 112)
  const path = shown.map(([cost, quality], index) => `${index === 0 ? 'M' : 'L'}${x(cost)} ${y(quality)}`).join('')
  return path === '' ? '' : `<path d="${path}" fill="none" stroke="${COLOURS[name] ?? '#000000'}" stroke-width="2"/>`
}

function legend(name: string, index: number): string {
  const y = HEIGHT - BOTTOM - 18 - index * 18
  return `<path d="M${WIDTH - 270} ${y}h22" stroke="${COLOURS[name] ?? '#000000'}" stroke-width="3"/><text x="${WIDTH - 242}" y="${y + 4}" fill="#1b1f24">${name}</text>`
}
