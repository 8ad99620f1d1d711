// Step-up: showing again, within a session, that it is still you. Who has a second factor shows that one.

import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../audit-log.ts'
import type { Principal } from '../principal.ts'
import type { LogInGuard } from './log-in-guard.ts'
import { type AuthenticationResponseJSON, askingOptions, usedPasskey } from './passkeys.ts'
import type { PeopleParts } from './people-parts.ts'
import { isRecoveryCode, isTotpCode, secondFactorsOf } from './second-factors.ts'
import type { OpenSession } from './session-service.ts'
import type { SessionRecord } from './session-store.ts'
import { textOf } from './ticket.ts'
import { type Site, sourceOf, type Visitor } from './visitor.ts'

export interface StepUpServiceOptions extends Omit<PeopleParts, 'settings'> {
  readonly guard: LogInGuard
}

/** What is shown. */
export type Proof =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'recovery_code'; readonly code: string }
  | { readonly kind: 'passkey'; readonly response: AuthenticationResponseJSON; readonly site: Site }

/** Throws `GatewayError`: `invalid_api_key` (401) for whatever is wrong, `rate_limit_exceeded`, `permission_denied`. */
export interface StepUpService {
  askForProof(person: { readonly personId: string }, site: Site): Promise<{ options: object; ticket: string }>
  /** Who has a second factor shows that one: the password alone does not count. */
  prove(session: SessionRecord, proof: Proof, visitor: Visitor, principal: Principal): Promise<OpenSession>
}

export function createStepUpService(options: StepUpServiceOptions): StepUpService {
  return new StepUps(options)
}

class StepUps implements StepUpService {
  readonly #options: StepUpServiceOptions

  constructor(options: StepUpServiceOptions) {
    this.#options = options
  }

  async askForProof({ personId }: { readonly personId: string }, site: Site) {
    const { database, tickets } = this.#options
    const own = await database.factors.passkeysOf(personId)
    if (own.length === 0) throw new GatewayError('not_found', 'You have no passkey.')
    const allowed = own.map(({ credentialId, transports }) => ({ id: credentialId, transports }))
    const made = await askingOptions(allowed, site)
    return { options: made, ticket: tickets.issue('passkey-prove', { challenge: made.challenge, personId }) }
  }

  async prove(session: SessionRecord, proof: Proof, visitor: Visitor, principal: Principal): Promise<OpenSession> {
    const { database, guard, sessions, now } = this.#options
    const { personId } = session
    const attempt = await guard.enter(`prove ${personId}`, personId, sourceOf(visitor))
    if (!(await this.#isProof(personId, proof, visitor, attempt.known))) throw notShown('That is not right. Try again.')
    await attempt.wasRight()
    const opened = await sessions.proved(session, proof.kind !== 'password')
    if (opened === null) throw notShown('The session has ended. Log in again.')
    await writeAudit(database.audit, principal, visitor.origin, now(), {
      action: 'person.step_up',
      objectId: personId,
      accountId: '',
      before: null,
      after: { method: proof.kind },
    })
    return opened
  }

  async #isProof(personId: string, proof: Proof, visitor: Visitor, known: boolean): Promise<boolean> {
    const { database, passwords, tickets, codeKeys, now } = this.#options
    const { factors } = database
    if (proof.kind === 'totp') return await isTotpCode(factors, personId, proof.code, codeKeys, now())
    if (proof.kind === 'recovery_code') return await isRecoveryCode(factors, personId, proof.code, codeKeys, now())
    if (proof.kind === 'passkey') {
      const ticket = await tickets.redeem('passkey-prove', visitor.ticket, database.tickets)
      if (textOf(ticket, 'personId') !== personId) return false
      const used = await usedPasskey(proof.response, textOf(ticket, 'challenge'), proof.site, factors, now())
      return used?.personId === personId
    }
    if ((await secondFactorsOf(factors, personId)).length > 0) {
      throw new GatewayError('permission_denied', 'You have a second factor: show a code or a passkey.', {
        param: 'password',
      })
    }
    return await passwords.verify(proof.password, await factors.password(personId), known)
  }
}

function notShown(message: string): GatewayError {
  return new GatewayError('invalid_api_key', message)
}
