import { lazy, Suspense, useEffect, useState } from 'react'
import { surroundings } from '../api/client.ts'

const ProofDialog = lazy(async () => ({ default: (await import('./proof-dialog.tsx')).ProofDialog }))

type Answer = (proved: boolean) => void

/** Where the client asks for a fresh factor. */
export function ProofHost() {
  const [answer, setAnswer] = useState<Answer | null>(null)
  useEffect(() => {
    surroundings.prove = async () =>
      await new Promise<boolean>((resolve) => {
        setAnswer(() => resolve)
      })
  }, [])
  if (answer === null) return null
  const end = (proved: boolean): void => {
    answer(proved)
    setAnswer(null)
  }
  return (
    <Suspense fallback={null}>
      <ProofDialog onEnd={end} />
    </Suspense>
  )
}
