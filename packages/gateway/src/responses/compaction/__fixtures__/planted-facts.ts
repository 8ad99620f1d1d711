// Long conversations with facts planted in them, made up from a seed: how many of the facts are still there after a
// compaction is what the compaction is worth. Around the facts stands what conversations are full of: small talk, logs,
// listings, code, tables, with numbers and ids of their own that nobody will ask for again.

export interface PlantedFact {
  readonly kind: string
  /** All of them must still be there, spelled so. */
  readonly words: readonly string[]
}

export interface PlantedConversation {
  /** Raw JSON of each input item. */
  readonly items: readonly string[]
  readonly instructions: string
  readonly facts: readonly PlantedFact[]
}

export interface CorpusOptions {
  readonly seed: number
  /** Messages of the user. */
  readonly turns: number
}

export function plantedConversation({ seed, turns }: CorpusOptions): PlantedConversation {
  const author = new Author(seed)
  for (let turn = 0; turn < turns; turn += 1) author.turn(turn, turns)
  author.finish()
  return {
    items: author.items.map((item) => JSON.stringify(item)),
    instructions: 'You are a careful assistant. Answer in short sentences, and say so when you do not know.',
    facts: author.facts,
  }
}

/** @param texts of the items that a model would be given */
export function survived(facts: readonly PlantedFact[], texts: string): readonly PlantedFact[] {
  return facts.filter(({ words }) => words.every((word) => texts.includes(word)))
}

/** One list, written in one line. */
function words(text: string): readonly string[] {
  return text.split(' ')
}

const NAMES = ['Ottilie', 'Baptiste', 'Yusra', 'Henrike', 'Anselm', 'Zofia', 'Matteus', 'Ilse', 'Kaito', 'Noor']
const CITIES = words(
  'Graz Porto Tampere Leuven Cork Brno Malaga Umea Lyon Riga Turku Gdynia Ghent Bergen Odense Varna Split Bilbao Trieste Tartu Kaunas Aarhus Basel Linz Parma Rouen Siena Uppsala Zadar Evora',
)
const COLOURS = ['turquoise', 'ochre', 'crimson', 'teal', 'magenta', 'ivory', 'maroon', 'indigo']
const THINGS = ['importer', 'invoice page', 'scheduler', 'newsletter', 'login form', 'thumbnail job', 'audit trail', 'search index', 'mail queue', 'price table']
const VERBS = ['rewrite', 'document', 'benchmark', 'translate', 'review', 'migrate', 'archive', 'profile', 'simplify', 'delete']
const CAUSES = words(
  'evaporates deadlocks overflows flickers starves drifts rattles stutters thrashes wobbles overheats corrodes swells leaks jams squeaks blurs echoes freezes crumbles detaches fades oscillates cracks sags shorts slips stalls tilts vibrates warps whistles',
)
const PLACES = words(
  'minimised unplugged rotated suspended mirrored throttled tethered docked zoomed undocked inverted submerged unlatched recalibrated defrosted magnetised inflated recharged folded shaded sterilised insulated tightened repainted upholstered polished grounded vented laminated tinted refuelled reboxed',
)
const FOLDERS = ['billing', 'reports', 'worker', 'gateway', 'media', 'search', 'users', 'mailer', 'audit', 'shop']
const LIBRARIES = words(
  'Temporal Mongock Celery Airflow Sidekiq Hangfire Quartz Oban Resque Luigi Dramatiq Prefect Dagster Argo Faktory Gearman Huey Kestra Nomad Rundeck',
)
const SMALL_TALK = [
  'Thanks, that already looks much better than before.',
  'I had a look at it over lunch and I think we are on the right way.',
  'Could you explain in a bit more detail what you are going to do there?',
  'That is about what I expected, to be honest.',
  'Let me know when there is something that I can look at.',
  'I am not in a hurry, but it would be nice to see some progress today.',
  'Please go on with the part that we talked about.',
  'Hm, I see what you mean, although I would have guessed something else.',
]
const CHATTER = [
  'Of course. I will go through it step by step and tell you what I find.',
  'I have looked at the code around it, and most of it does what its name says.',
  'The structure is clear now, so the next change should be a small one.',
  'This part reads the configuration, checks it, and hands it over to the next one.',
  'In general it is better to keep functions short, and to name them after what they do.',
  'There are several ways to do this, each with its own costs, as so often.',
  'I ran it again to be sure, and the result was the same as before.',
  'If you like, I can also clean up the neighbouring code while I am there.',
]
const LOGGED = ['accepted', 'served', 'cached', 'flushed', 'scheduled', 'parsed', 'stored', 'rendered']

type Json = Readonly<Record<string, unknown>>

class Author {
  readonly items: Json[] = []
  readonly facts: PlantedFact[] = []
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
    this.items.push({
      type: 'message',
      role: 'developer',
      content: `Project rule ${this.#hex(6)}: never push to the branch release-${this.#number(10, 99)}.`,
    })
    const rule = String(this.items[0]?.['content'])
    this.facts.push({ kind: 'instruction', words: [rule] })
  }

  turn(turn: number, turns: number): void {
    // Facts stand in every turn, but not everywhere in it.
    const said = this.#userFact()
    const answered = this.#assistantFact()
    const printed = this.#toolFact()
    const picture = turn % 17 === 5
    this.#user([...this.#some(SMALL_TALK, 1, 3), said, ...this.#some(SMALL_TALK, 0, 2)], picture)
    this.#assistant(this.#some(CHATTER, 1, 2))
    const calls = this.#number(1, 3)
    for (let call = 0; call < calls; call += 1) this.#tool(call === 0 ? printed : null)
    this.#assistant([...this.#some(CHATTER, 2, 5), answered, ...this.#some(CHATTER, 1, 3)])
    if (turn === turns - 1) this.#user(['Then please start with it now, and tell me what comes out of it.'], false)
  }

  /** A call that nobody has answered yet. */
  finish(): void {
    const id = `call_${this.#hex(16)}`
    this.items.push({ type: 'function_call', call_id: id, name: 'run_tests', arguments: '{"suite":"all"}', status: 'completed' })
    this.facts.push({ kind: 'unanswered call', words: [`"call_id":"${id}"`, '"function_call"'] })
  }

  // --- facts ---

  #userFact(): string {
    switch (this.#number(0, 6)) {
      case 0: {
        const column = `${this.#pick(FOLDERS)}_${this.#pick(COLOURS)}_${this.#number(2, 99)}`
        return this.#plant('condition', [column], `The export must never contain the column ${column}.`)
      }
      case 1: {
        const [name, colour, thing] = [this.#pick(NAMES), this.#pick(COLOURS), this.#pick(THINGS)]
        return this.#plant('preference', [name, colour], `By the way, ${name} would like to have the ${thing} in ${colour}.`)
      }
      case 2: {
        const amount = `${this.#number(1, 99)},${this.#number(100, 999)}.${this.#number(10, 99)}`
        return this.#plant('number', [amount], `The customer has paid ${amount} euros for it so far.`)
      }
      case 3: {
        const date = `2027-0${this.#number(1, 9)}-${this.#number(10, 28)}`
        return this.#plant('date', [date], `It has to be at the customer's by ${date} at the latest.`)
      }
      case 4: {
        const address = `https://intranet.example.com/${this.#pick(FOLDERS)}/${this.#hex(8)}`
        return this.#plant('address', [address], `What they want is described at ${address} if you need it.`)
      }
      case 5: {
        const ticket = `${this.#pick(FOLDERS).slice(0, 3).toUpperCase()}-${this.#number(1000, 9999)}`
        return this.#plant('ticket', [ticket], `All this belongs to ${ticket}, in case somebody asks.`)
      }
      default: {
        const [cause, place] = [this.#pick(CAUSES), this.#pick(PLACES)]
        return this.#plant('plain words', [cause, place], `The old one ${cause} as soon as the device is ${place}, which nobody could explain to me.`)
      }
    }
  }

  #assistantFact(): string {
    switch (this.#number(0, 4)) {
      case 0: {
        const [taken, left] = [this.#pick(LIBRARIES), this.#pick(LIBRARIES)]
        const version = `${this.#number(1, 9)}.${this.#number(0, 30)}.${this.#number(0, 30)}`
        return this.#plant('decision', [taken, version], `We will go with ${taken} ${version} instead of ${left}, because it restarts by itself.`)
      }
      case 1: {
        const path = `src/${this.#pick(FOLDERS)}/${this.#pick(VERBS)}-${this.#pick(FOLDERS)}-${this.#number(1, 99)}.ts`
        return this.#plant('path', [path], `The mistake was in ${path}, where the list was read before it was there.`)
      }
      case 2: {
        const [verb, thing] = [this.#pick(VERBS), this.#pick(THINGS)]
        const marker = this.#pick(CITIES)
        return this.#plant('open task', [verb, thing, marker], `Still to do: ${verb} the ${thing} for the office in ${marker}.`)
      }
      case 3: {
        const setting = `${this.#pick(FOLDERS).toUpperCase()}_${this.#pick(VERBS).toUpperCase()}_${this.#pick(COLOURS).toUpperCase()}_MS`
        const value = String(this.#number(1_000, 99_999))
        return this.#plant('setting', [setting, value], `I have set ${setting} to ${value} for now.`)
      }
      default: {
        const [city, name] = [this.#pick(CITIES), this.#pick(NAMES)]
        return this.#plant('person', [city, name], `It turned out that only ${name} in ${city} has the rights to change it.`)
      }
    }
  }

  #toolFact(): string | null {
    switch (this.#number(0, 4)) {
      case 0: {
        const id = this.#hex(12)
        return this.#plant('error in a log', [id], `ERROR lease ${id} was lost: the other side did not answer any more`)
      }
      case 1: {
        const port = String(this.#number(20_000, 60_000))
        return this.#plant('line in a log', [port], `the admin console of this machine is reachable on port ${port}`)
      }
      case 2: {
        const sum = this.#hex(40)
        return this.#plant('result', [sum], `build finished, digest sha1:${sum}`)
      }
      default:
        return null
    }
  }

  #plant(kind: string, words: readonly string[], text: string): string {
    this.facts.push({ kind, words })
    return text
  }

  // --- items ---

  #user(sentences: readonly string[], picture: boolean): void {
    const text = sentences.join(' ')
    if (!picture) {
      this.items.push({ type: 'message', role: 'user', content: text })
      return
    }
    const name = `${this.#pick(VERBS)}-${this.#hex(6)}.pdf`
    const content = [
      { type: 'input_text', text },
      { type: 'input_file', filename: name, file_data: `data:application/pdf;base64,${'JVBERi0x'.repeat(400)}` },
    ]
    this.items.push({ type: 'message', role: 'user', content })
    this.facts.push({ kind: 'file that was shown', words: [name] })
  }

  #assistant(sentences: readonly string[]): void {
    const content = [{ type: 'output_text', text: sentences.join(' '), annotations: [], logprobs: [] }]
    this.items.push({ type: 'message', role: 'assistant', id: `msg_${this.#hex(24)}`, status: 'completed', content })
  }

  #tool(fact: string | null): void {
    const id = `call_${this.#hex(16)}`
    const folder = this.#pick(FOLDERS)
    const kind = this.#number(0, 2)
    const [name, given, output] =
      kind === 0
        ? ['exec', { command: `tail -n 60 logs/${folder}.log` }, this.#log(fact)]
        : kind === 1
          ? ['read_file', { path: `src/${folder}/index.ts` }, this.#code(fact)]
          : ['query', { sql: `select * from ${folder} limit 40` }, this.#table(fact)]
    this.items.push({ type: 'function_call', call_id: id, name, arguments: JSON.stringify(given), status: 'completed' })
    this.items.push({ type: 'function_call_output', call_id: id, output })
  }

  #log(fact: string | null): string {
    const lines = Array.from({ length: this.#number(20, 60) }, () => {
      const time = `2026-11-${this.#number(10, 28)}T${this.#number(10, 23)}:${this.#number(10, 59)}:${this.#number(10, 59)}Z`
      return `${time} INFO ${this.#pick(LOGGED)} request ${this.#hex(8)} in ${this.#number(1, 900)} ms from 10.0.${this.#number(0, 255)}.${this.#number(0, 255)}`
    })
    return this.#hidden(lines, fact)
  }

  #code(fact: string | null): string {
    const lines = Array.from({ length: this.#number(20, 60) }, () => {
      const [verb, thing] = [this.#pick(VERBS), this.#pick(FOLDERS)]
      switch (this.#number(0, 3)) {
        case 0:
          return `import { ${verb}${thing} } from './${verb}-${thing}.ts'`
        case 1:
          return `  const ${thing}Count = ${verb}(${thing}, ${this.#number(1, 64)})`
        case 2:
          return `  if (${thing}.length === 0) return null`
        default:
          return `export function ${verb}(${thing}: string[]): number {`
      }
    })
    return this.#hidden(lines, fact === null ? null : `// ${fact}`)
  }

  #table(fact: string | null): string {
    const rows = Array.from({ length: this.#number(15, 40) }, () =>
      JSON.stringify({ id: this.#number(100_000, 999_999), state: this.#pick(LOGGED), amount: this.#number(1, 90_000) / 100, by: this.#pick(NAMES) }),
    )
    return this.#hidden(rows, fact)
  }

  #hidden(lines: readonly string[], fact: string | null): string {
    if (fact === null) return lines.join('\n')
    return lines.toSpliced(this.#number(0, lines.length - 1), 0, fact).join('\n')
  }

  // --- chance ---

  /** mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  #number(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1))
  }

  #pick(list: readonly string[]): string {
    return list[this.#number(0, list.length - 1)] ?? ''
  }

  #some(list: readonly string[], least: number, most: number): readonly string[] {
    return Array.from({ length: this.#number(least, most) }, () => this.#pick(list))
  }

  #hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.#number(0, 15).toString(16)
    return text
  }
}
