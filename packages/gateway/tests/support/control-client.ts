// The few calls of the control plane that whole-process tests need, made as the operator.

import { MASTER_KEY } from './gateway.ts'

export interface MadeKey {
  readonly id: string
  readonly key: string
}

export interface ControlClient {
  makeKey(body?: Readonly<Record<string, unknown>>): Promise<MadeKey>
  revokeKey(keyId: string): Promise<void>
  /** The status of `GET /health/ready`; 0 when nobody accepts. */
  ready(): Promise<number>
  /** Workers that accept, as the readiness page counts them; 0 when nobody answers. */
  workersReady(): Promise<number>
  health(): Promise<Readonly<Record<string, unknown>>>
}

export function createControlClient(origin: string): ControlClient {
  const headers = { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json', connection: 'close' }
  return {
    async makeKey(body = {}) {
      const response = await fetch(`${origin}/api/auth`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ name: 'test', ...body }),
      })
      if (response.status !== 201) throw new Error(`no key: ${response.status} ${await response.text()}`)
      return (await response.json()) as MadeKey
    },
    async revokeKey(keyId) {
      const response = await fetch(`${origin}/api/auth/${keyId}`, { method: 'DELETE', headers })
      if (response.status !== 200) throw new Error(`not revoked: ${response.status} ${await response.text()}`)
    },
    async ready() {
      try {
        return (await fetch(`${origin}/health/ready`, { headers: { connection: 'close' } })).status
      } catch {
        return 0
      }
    },
    async workersReady() {
      try {
        const response = await fetch(`${origin}/health/ready`, { headers: { connection: 'close' } })
        const { checks } = (await response.json()) as { readonly checks: { readonly workers: number } }
        return checks.workers
      } catch {
        return 0
      }
    },
    async health() {
      return (await (await fetch(`${origin}/health`, { headers })).json()) as Record<string, unknown>
    },
  }
}
