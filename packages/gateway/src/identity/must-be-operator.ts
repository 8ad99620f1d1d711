import { GatewayError } from '../core/errors.ts'
import type { Principal } from './principal.ts'

/** @param param the field that only the operator may set @throws {GatewayError} `permission_denied` */
export function mustBeOperator(principal: Principal, param: string | null = null): void {
  if (principal.operator) return
  const what = param === null ? 'do this' : `set ${param}`
  throw new GatewayError('permission_denied', `Only the operator may ${what}. Use the master key.`, { param })
}
