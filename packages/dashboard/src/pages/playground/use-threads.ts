// The conversations of the page, one a model, and what makes them go on.
import { useCallback, useEffect, useRef, useState } from 'react'
import { callChat, callImages, type CallOptions } from './call-model.ts'
import { playgroundKey } from './playground-key.ts'
import { chatBody, type ModelTurn, type Parameters, type Turn, type UserTurn } from './thread.ts'
import { runTool } from './tools.ts'

export type Threads = Readonly<Record<string, readonly Turn[]>>

/** A model that calls tools for ever is stopped. */
const MOST_ROUNDS = 6

interface Asked {
  readonly models: readonly string[]
  readonly makesImages: (model: string) => boolean
  readonly parameters: Parameters
  readonly account: string | null
}

export interface ThreadControl {
  readonly threads: Threads
  readonly isRunning: boolean
  readonly ask: (turn: UserTurn, asked: Asked) => void
  readonly stop: () => void
  readonly clear: () => void
}

export function useThreads(): ThreadControl {
  const [threads, setThreads] = useState<Threads>({})
  const [running, setRunning] = useState(0)
  const current = useRef<Threads>({})
  const abort = useRef(new AbortController())
  useEffect(() => () => abort.current.abort(), [])

  /** Counts how often all was cleared: what was under way then says nothing any more. */
  const generation = useRef(0)
  const put = useCallback((model: string, turns: readonly Turn[]): void => {
    current.current = { ...current.current, [model]: turns }
    setThreads(current.current)
  }, [])

  const answer = useCallback(
    async (model: string, { makesImages, parameters, account }: Asked, signal: AbortSignal): Promise<void> => {
      const own = generation.current
      for (let round = 0; round < MOST_ROUNDS && !signal.aborted; round += 1) {
        const before = current.current[model] ?? []
        const options: CallOptions = {
          keyOf: async (fresh) => await playgroundKey(account, fresh),
          signal,
          onTurn: (turn) => {
            if (generation.current === own) put(model, [...before, turn])
          },
        }
        const question = before.findLast((turn) => turn.by === 'user')
        const turn: ModelTurn = makesImages(model)
          ? await callImages(model, question?.text ?? '', options)
          : await callChat(chatBody(model, before, parameters), options)
        if (turn.state !== 'done' || turn.toolCalls.length === 0 || generation.current !== own) return
        const toolCalls = turn.toolCalls.map((call) => ({ ...call, result: runTool(call.name, call.argumentsText) }))
        put(model, [...before, { ...turn, toolCalls }])
      }
    },
    [put],
  )

  return {
    threads,
    isRunning: running > 0,
    ask(turn, asked) {
      if (abort.current.signal.aborted) abort.current = new AbortController()
      const { signal } = abort.current
      for (const model of asked.models) {
        put(model, [...(current.current[model] ?? []), turn])
        setRunning((count) => count + 1)
        void answer(model, asked, signal).finally(() => setRunning((count) => count - 1))
      }
    },
    stop() {
      abort.current.abort()
    },
    clear() {
      abort.current.abort()
      generation.current += 1
      current.current = {}
      setThreads({})
    },
  }
}
