// The files of the built web app, as browsers ask for them: in the smallest form that the browser takes.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}
/** Smallest first. */
const FORMS = [
  { encoding: 'br', suffix: '.br' },
  { encoding: 'gzip', suffix: '.gz' },
] as const
/** Names that say what is in them: they never mean anything else. */
const HASHED = /^assets\/.+-[\w-]{8}\.\w+$/
const A_YEAR = 'public, max-age=31536000, immutable'

export interface StaticFile {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

export class DashboardFiles {
  readonly #folder: string
  readonly #names: ReadonlySet<string>
  readonly index: string

  private constructor(folder: string, names: ReadonlySet<string>, index: string) {
    this.#folder = folder
    this.#names = names
    this.index = index
  }

  /** Null where there is no build. */
  static async open(folder: string): Promise<DashboardFiles | null> {
    if (!existsSync(join(folder, 'index.html'))) return null
    const names = await readdir(folder, { recursive: true })
    const index = await readFile(join(folder, 'index.html'), 'utf8')
    return new DashboardFiles(folder, new Set(names.map((name) => name.replaceAll(sep, '/'))), index)
  }

  /** @param name from the folder of the build; only names that were there when it was opened can be read */
  async read(name: string, acceptEncoding: string): Promise<StaticFile | null> {
    const type = TYPES[extname(name)]
    if (type === undefined || !this.#names.has(name)) return null
    const accepted = new Set(acceptEncoding.split(',').map((one) => one.split(';')[0]?.trim()))
    const form = FORMS.find(({ encoding, suffix }) => accepted.has(encoding) && this.#names.has(name + suffix))
    const body = await readFile(join(this.#folder, name + (form?.suffix ?? ''))).catch(() => null)
    if (body === null) return null
    return {
      body,
      headers: {
        'content-type': type,
        'cache-control': HASHED.test(name) ? A_YEAR : 'no-cache',
        vary: 'accept-encoding',
        ...(form === undefined ? {} : { 'content-encoding': form.encoding }),
      },
    }
  }
}
