import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { configOf } from '../routing/__fixtures__/fleet.ts'
import { ControlListeners } from './control-listeners.ts'

describe('where the control plane is found', () => {
  let dir: string

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fairlead-listeners-'))
  })

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true })
  })

  const listenersOf = (publicUrl: string): ControlListeners => {
    const config = configOf([], [])
    return new ControlListeners(dir, () => ({ ...config, server: { ...config.server, publicUrl } }))
  }

  test('people are sent to this machine by its name, where their session and passkeys are at home', () => {
    const listeners = listenersOf('')
    listeners.announce('http://127.0.0.1:8080', 'token')
    expect(listeners.homeUrl).toBe('http://localhost:8080')
    expect(listeners.adminHomeUrl).toBeNull()
  })

  test('people are sent to the public address where there is one', () => {
    const listeners = listenersOf('https://ai.example.com')
    listeners.announce('http://127.0.0.1:8080', 'token')
    expect(listeners.homeUrl).toBe('https://ai.example.com')
  })

  test('the run file is for this user alone, and gone when it is taken back', () => {
    const listeners = listenersOf('')
    listeners.announce('http://127.0.0.1:8080', 'token')
    const runFile = join(dir, 'run.json')
    expect(statSync(runFile).mode & 0o777).toBe(0o600)
    listeners.retract()
    expect(statSync(runFile, { throwIfNoEntry: false })).toBeUndefined()
  })
})
