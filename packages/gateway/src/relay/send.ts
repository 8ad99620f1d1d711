// Sending one attempt: signed where its provider wants that, then handed to the provider's connections.

import type { Attempt } from './attempt.ts'
import type { RelayPorts } from './ports.ts'
import type { Prepared } from './prepare.ts'
import type { TurnTransport } from './turn-transport.ts'

export interface SendOwner {
  /** The attempt whose answer counts; null when none does. */
  readonly attempt: Attempt | null
  attemptFailed(attempt: Attempt, cause: 'connect', detail: string): void
}

/** /!\ Hot path. @param transport of the request, where it has one of its own */
export function send(
  ports: RelayPorts,
  attempt: Attempt,
  prepared: Prepared,
  owner: SendOwner,
  transport: TurnTransport | undefined,
): void {
  const { adapter, path, conversion, lines } = prepared
  try {
    const { sign } = adapter
    if (sign === null) {
      dispatch(ports, attempt, path, lines, transport)
      return
    }
    // Google's tokens and AWS's signatures: usually there at once, sometimes waited for.
    const { secret } = attempt.candidate.credential
    const more = sign({ secret, method: 'POST', path, body: conversion.body })
    if (!(more instanceof Promise)) {
      dispatch(ports, attempt, path, [...lines, ...more], transport)
      return
    }
    more
      .then((signed) => {
        if (attempt === owner.attempt) dispatch(ports, attempt, path, [...lines, ...signed], transport)
      })
      .catch((error: unknown) => failed(owner, attempt, error))
  } catch (error) {
    failed(owner, attempt, error)
  }
}

function dispatch(
  ports: RelayPorts,
  attempt: Attempt,
  path: string,
  lines: readonly string[],
  transport: TurnTransport | undefined,
): void {
  const { candidate, conversion } = attempt
  const { connectMs } = ports.config().timeouts
  const upstream = ports.upstreams.get(candidate.provider.config, connectMs)
  if (transport !== undefined && conversion.dialect === 'openai-responses') {
    const { body } = conversion
    const request = { candidate, path, lines, body, handler: attempt, connectTimeoutMs: connectMs, http: upstream }
    if (transport.send(request)) return
  }
  upstream.send(path, lines, conversion.body, attempt)
}

function failed(owner: SendOwner, attempt: Attempt, error: unknown): void {
  owner.attemptFailed(attempt, 'connect', error instanceof Error ? error.message : String(error))
}
