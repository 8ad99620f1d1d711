// What is said of providers and credentials that are not there, or there already.
import { GatewayError } from '../core/errors.ts'

export function unknownProvider(name: string): GatewayError {
  return new GatewayError('not_found', `There is no provider "${name.slice(0, 100)}".`)
}

export function unknownCredential(name: string, fingerprint: string): GatewayError {
  return new GatewayError('not_found', `"${name}" has no credential "${fingerprint.slice(0, 20)}".`)
}

export function nameTaken(name: string): GatewayError {
  return new GatewayError('conflict', `There is a provider "${name}" already.`, { param: 'name' })
}
