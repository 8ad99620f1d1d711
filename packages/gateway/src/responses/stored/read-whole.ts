// What is read in several questions may be changed between them: then it is asked anew.

import { GatewayError } from '../../core/errors.ts'

/** Who changes a conversation while others do tries again. */
const MOST_TRIES = 20

/** @param read undefined = it changed meanwhile */
export async function readWhole<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const found = await read()
    if (found !== undefined) return found
  }
  throw new GatewayError('service_unavailable', 'What is stored changes faster than it can be read. Try again.')
}
