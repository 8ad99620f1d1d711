// The two ways to put load on a server. A closed loop finds the most it can do: every connection sends again as soon
// as it has its reply. An open loop sends by a schedule that does not care how the server is doing, and counts latency
// from the scheduled moment, so that time spent queueing behind a slow reply is not hidden.
import { nowUs, spin } from './clock.ts'
import { LoadConnection } from './load-connection.ts'
import type { Expected } from './load-connection.ts'
import { Tally } from './tally.ts'

/** How long after the end of a block an answer may still come before it counts as failed. */
const GRACE_US = 5e6

export type LoadRequest = { wire: Buffer; expected: Expected }

export type LoadResult = { tally: Tally; elapsedUs: number }

/**
 * `connections` at a time for `seconds`, the first ones `staggerUs` apart; replies that are under way at the end are
 * awaited and counted.
 */
export async function closedLoop(
  port: number,
  request: LoadRequest,
  options: { connections: number; seconds: number; maxRequests?: number; staggerUs?: number },
): Promise<LoadResult> {
  const tally = new Tally()
  const startUs = nowUs()
  const endUs = startUs + options.seconds * 1e6
  const most = options.maxRequests ?? Number.POSITIVE_INFINITY
  let sent = 0
  const open = new Set<LoadConnection>()
  const starts: Array<{ begin: number; start: () => void }> = []
  const giveUp = setTimeout(
    () => {
      for (const connection of open) connection.abandon('no reply in time')
    },
    options.seconds * 1000 + GRACE_US / 1000,
  )
  const all = Array.from({ length: options.connections }, (_, index) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const next = (connection: LoadConnection): void => {
      const now = nowUs()
      if (now >= endUs || sent >= most) {
        connection.close()
        return
      }
      sent++
      connection.send(request.wire, request.expected, now, tally)
    }
    const connection = new LoadConnection(port, next, () => {
      open.delete(connection)
      resolve()
    })
    open.add(connection)
    const begin = startUs + index * (options.staggerUs ?? 0)
    if (begin <= nowUs()) next(connection)
    else starts.push({ begin, start: () => next(connection) })
    return promise
  })
  if (starts.length > 0) {
    await spin(() => {
      while (starts[0] !== undefined && starts[0].begin <= nowUs()) starts.shift()?.start()
      return starts.length > 0
    })
  }
  await Promise.all(all)
  clearTimeout(giveUp)
  return { tally, elapsedUs: nowUs() - startUs }
}

/** More than this many at once, and the server is not keeping up: the rest waits, at the cost of its latency. */
const MOST_CONNECTIONS = 1024

/** One request of an open loop, as `pick` is asked about it. */
export type Arrival = {
  index: number
  /** Due in the first `settleSeconds`. */
  settling: boolean
  /** The first on its connection, which is opened for it. */
  opening: boolean
}

/**
 * `perSecond` requests a second for `settleSeconds` and then `seconds`, arrivals at random (Poisson): independent
 * clients do not take turns. `pick` may alternate between requests; latencies land in the tally that it names.
 */
export async function openLoop(
  port: number,
  options: { perSecond: number; seconds: number; settleSeconds?: number; random: () => number },
  pick: (arrival: Arrival) => { request: LoadRequest; tally: Tally },
): Promise<{ elapsedUs: number }> {
  const idle: LoadConnection[] = []
  const open = new Set<LoadConnection>()
  const waiting: Array<{ index: number; scheduledUs: number }> = []
  let underWay = 0

  const create = (): LoadConnection => {
    const connection = new LoadConnection(port, release, (gone) => {
      open.delete(gone)
      const at = idle.indexOf(gone)
      if (at === -1) underWay--
      else idle.splice(at, 1)
    })
    open.add(connection)
    return connection
  }
  const arrival = (index: number, scheduledUs: number, opening: boolean): Arrival => ({
    index,
    settling: scheduledUs < settledUs,
    opening,
  })
  const dispatch = (connection: LoadConnection, index: number, scheduledUs: number, opening: boolean): void => {
    const { request, tally } = pick(arrival(index, scheduledUs, opening))
    connection.send(request.wire, request.expected, scheduledUs, tally)
  }
  function release(connection: LoadConnection): void {
    const next = waiting.shift()
    if (next !== undefined) {
      dispatch(connection, next.index, next.scheduledUs, false)
      return
    }
    underWay--
    idle.push(connection)
  }

  const startUs = nowUs()
  const settledUs = startUs + (options.settleSeconds ?? 0) * 1e6
  const endUs = settledUs + options.seconds * 1e6
  const meanGapUs = 1e6 / options.perSecond
  let nextUs = startUs
  let index = 0
  await spin(() => {
    const now = nowUs()
    for (; nextUs <= now && nextUs < endUs; index++) {
      const kept = idle.pop()
      const connection = kept ?? (open.size < MOST_CONNECTIONS ? create() : undefined)
      if (connection === undefined) waiting.push({ index, scheduledUs: nextUs })
      else {
        underWay++
        dispatch(connection, index, nextUs, kept === undefined)
      }
      nextUs -= Math.log(1 - options.random()) * meanGapUs
    }
    return nextUs < endUs || (underWay > 0 && now < endUs + GRACE_US)
  })
  const elapsedUs = nowUs() - startUs
  for (const { index: late, scheduledUs } of waiting)
    pick(arrival(late, scheduledUs, false)).tally.fail('never sent: the server did not keep up')
  for (const connection of open) connection.abandon('no reply in time')
  return { elapsedUs }
}
