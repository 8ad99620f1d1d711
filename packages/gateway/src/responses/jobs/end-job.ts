// The end of a job by somebody else than its run: a cancel, or a run that came to nothing. It may meet a run that saves at
// the same moment; then it is looked at again, until one of the two has ended it.

import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../core/errors.ts'
import type { ResponseLibrary } from '../response-library.ts'

const TRIES = 20
const PAUSE_MS = 50

type Answer = 'ended' | 'already' | 'not-background' | null

/**
 * Resolves when the job is over, whoever ended it.
 * @throws {GatewayError} `service_unavailable` when it cannot be ended
 */
export async function endJob(
  library: Pick<ResponseLibrary, 'jobs' | 'get'>,
  accountId: string,
  responseId: string,
  edit: (response: string) => string,
): Promise<Answer> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const answer = await library.jobs.end(accountId, responseId, edit)
    if (answer !== 'already') return answer
    const job = (await library.get(accountId, responseId))?.job
    if (job?.state === 'done') return answer
    await sleep(PAUSE_MS, undefined, { ref: false })
  }
  throw new GatewayError('service_unavailable', 'The response cannot be ended at the moment. Try again shortly.', {
    retryAfterSeconds: 1,
  })
}
