// What a principal may do on the data plane: which models, which paths, from which addresses.
//
// /!\ Hot path: nothing at all is done for a principal without rules. The rules of the others are compiled once and
// shared by all keys with the same ones (a group's, mostly), and remember what was asked of them before.
import { LRUCache } from 'lru-cache'
import { AddressRanges } from '../core/address-ranges.ts'
import { GatewayError } from '../core/errors.ts'
import { PatternLists } from './patterns.ts'
import type { Principal } from './principal.ts'

const COMPILED = 2_000

/** The rules about models, one and the same object for equal ones; null = every model may be used. */
export function modelRules(principal: Principal): PatternLists | null {
  return principal.models.length === 0 ? null : rulesOf(principal).models
}

/** @param publicId of the route that a request resolves to: no alias, fallback or other spelling gets round it */
export function mayUseModel(principal: Principal, publicId: string): boolean {
  return principal.models.length === 0 || rulesOf(principal).models.matches(publicId)
}

/**
 * @param path as `relay/endpoints.ts` has it: `{model}` stands for a model in it
 * @throws {GatewayError} `permission_denied`
 */
export function checkEndpoint(principal: Principal, path: string, model: string | null): void {
  if (principal.endpoints.length === 0) return
  const { endpoints } = rulesOf(principal)
  // Remembered by the path without the model: that is the client's to choose.
  if (endpoints.matches(path)) return
  if (model !== null && endpoints.matchesOnce(path.replace('{model}', () => model))) return
  throw new GatewayError('permission_denied', `This key may not call ${path}: its list of endpoints does not have it.`)
}

/**
 * @param address of the client, '' where it is unknown
 * @throws {GatewayError} `permission_denied`
 */
export function checkAddress(principal: Principal, address: string): void {
  if (principal.addresses.length === 0) return
  if (rulesOf(principal).addresses.every((ranges) => ranges.has(address))) return
  const from = address === '' ? 'from an unknown address' : `from ${address}`
  throw new GatewayError(
    'permission_denied',
    `This key may not be used ${from}: its list of addresses does not have it.`,
  )
}

class Rules {
  readonly models: PatternLists
  readonly endpoints: PatternLists
  readonly addresses: readonly AddressRanges[]

  constructor({ models, endpoints, addresses }: Principal) {
    this.models = new PatternLists(models)
    this.endpoints = new PatternLists(endpoints)
    this.addresses = addresses.map((ranges) => new AddressRanges(ranges))
  }
}

const byPrincipal = new WeakMap<Principal, Rules>()
const byText = new LRUCache<string, Rules>({ max: COMPILED })

function rulesOf(principal: Principal): Rules {
  const known = byPrincipal.get(principal)
  if (known !== undefined) return known
  const { models, endpoints, addresses } = principal
  const text = JSON.stringify([models, endpoints, addresses])
  const rules = byText.get(text) ?? new Rules(principal)
  byText.set(text, rules)
  byPrincipal.set(principal, rules)
  return rules
}
