// What goes wrong with any tool.
import { baseUrl, type Setup, type Speaks, type Trouble } from './tool.ts'

export function keyTrouble(variable: string): Trouble {
  return { say: 'trouble.variable', values: { variable } }
}

/** The address with what the tool adds itself, or without what it needs. */
export function addressTrouble(setup: Setup, speaks: Speaks): Trouble {
  const url = baseUrl(setup.origin, speaks)
  return { say: url === setup.origin ? 'trouble.with-v1' : 'trouble.without-v1', values: { url } }
}

export const MODEL_TROUBLE: Trouble = { say: 'trouble.model' }

/** For a gateway on this machine; nothing otherwise. */
export function localTroubles({ origin }: Setup): readonly Trouble[] {
  const host = hostOf(origin)
  return isLocal(host) ? [{ say: 'trouble.proxy', values: { host } }] : []
}

export function containerTroubles({ origin }: Setup): readonly Trouble[] {
  return isLocal(hostOf(origin)) ? [{ say: 'trouble.container' }] : []
}

function hostOf(origin: string): string {
  return /^https?:\/\/(\[[^\]]+\]|[^/:]+)/.exec(origin)?.[1] ?? origin
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.')
}
