import { GatewayError } from '../core/errors.ts'
import type { Principal } from './principal.ts'

/** @throws {GatewayError} `permission_denied` */
export function mustBeOperator(principal: Principal): void {
  if (principal.operator) return
  throw new GatewayError('permission_denied', 'Only the operator may do this. Use the master key.')
}
