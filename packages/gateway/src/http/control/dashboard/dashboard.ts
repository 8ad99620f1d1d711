// The web app, or why there is none: in a checkout it is built at the first start, while the gateway already serves.
import { DashboardFiles } from './files.ts'
import { dashboardPlace } from './place.ts'

/** absent = nobody has built it, and nobody does now. */
export type DashboardState = 'ready' | 'building' | 'failed' | 'absent'

export class Dashboard {
  #files: Promise<DashboardFiles | null> | null = null
  #building: 'building' | 'failed' | null = null
  #folder: string | null

  /** @param folder of a build; null = where this package has it */
  constructor(folder: string | null = null) {
    this.#folder = folder
  }

  /** From now on, that build and no other. */
  use(folder: string): void {
    this.#folder = folder
    this.#files = null
  }

  async state(): Promise<DashboardState> {
    if (this.#building === 'building') return 'building'
    if ((await this.files()) !== null) return 'ready'
    return this.#building ?? 'absent'
  }

  async files(): Promise<DashboardFiles | null> {
    this.#files ??= openFiles(this.#folder)
    const files = await this.#files
    // Somebody may build it meanwhile.
    if (files === null) this.#files = null
    return files
  }

  beginBuild(): void {
    this.#building = 'building'
  }

  endBuild(succeeded: boolean): void {
    this.#building = succeeded ? null : 'failed'
    this.#files = null
  }
}

async function openFiles(folder: string | null): Promise<DashboardFiles | null> {
  return await DashboardFiles.open(folder ?? (await dashboardPlace()).folder)
}
