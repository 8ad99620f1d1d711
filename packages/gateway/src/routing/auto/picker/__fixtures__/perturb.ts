// Changes that should not matter: slips of the keyboard, other names for the options, thanks, politeness.

export const PERTURBATIONS = {
  typos,
  'options relabelled': relabelled,
  thanks,
  'polite preamble': polite,
} as const satisfies Record<string, (text: string, seed: number) => string>

/** One word in twenty, at least one, has two neighbouring letters swapped, one dropped or one doubled. */
function typos(text: string, seed: number): string {
  let state = seed + 1
  // Park and Miller's generator: the same slips in every run.
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const words = [...text.matchAll(/\p{L}{4,}/gu)]
  const slips = Math.max(1, Math.round(words.length / 20))
  let out = text
  for (let slip = 0; slip < slips && words.length > 0; slip++) {
    const [match] = words.splice(Math.floor(random() * words.length), 1)
    if (match === undefined) break
    const at = match.index + 1 + Math.floor(random() * (match[0].length - 2))
    const kind = Math.floor(random() * 3)
    // Each slip keeps the text's length, so that the places of the other words hold.
    const [a = '', b = ''] = [out[at], out[at + 1]]
    out = out.slice(0, at) + (kind === 0 ? b + a : kind === 1 ? a + a : b + b) + out.slice(at + 2)
  }
  return out
}

/** `A.` becomes `(1)`, `1)`, `a)` or `[A]`. */
function relabelled(text: string, seed: number): string {
  const style = seed % 4
  return text.replace(/^([A-J])\. /gmu, (_, letter: string) => {
    const number = letter.charCodeAt(0) - 64
    return [`(${number}) `, `${number}) `, `${letter.toLowerCase()}) `, `[${letter}] `][style] ?? ''
  })
}

const THANKS = ['Thanks!', 'Thank you very much in advance.', 'Thanks a lot, much appreciated.', 'Many thanks and best regards', 'Cheers!', 'Vielen Dank!']

function thanks(text: string, seed: number): string {
  return `${text}${seed % 2 === 0 ? '\n\n' : ' '}${THANKS[seed % THANKS.length] ?? ''}`
}

const PREAMBLES = [
  'Hello! I hope you are doing well. Could you please help me with the following? ',
  'Hi there, I have a quick question for you.\n\n',
  'Dear assistant, would you be so kind as to look at this: ',
  'Good morning! Sorry to bother you, I would really appreciate your help with this one.\n',
  'Please, can you help me? ',
  'Hey, please take a look at this for me:\n',
]

function polite(text: string, seed: number): string {
  return (PREAMBLES[seed % PREAMBLES.length] ?? '') + text
}
