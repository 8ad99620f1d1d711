// Which rows of one height can be seen. A division, where a library for rows of any height goes through all of them each
// time that more are loaded.
import { type RefObject, useLayoutEffect, useState } from 'react'

/** Beyond each edge, so that a quick scroll meets no gap. */
const MORE_ROWS = 8

interface RowsInSight {
  readonly first: number
  /** Behind the last one. */
  readonly end: number
}

/** @param count of all rows */
export function useRowsInSight(scroller: RefObject<HTMLElement | null>, count: number, heightPx: number): RowsInSight {
  const [seen, setSeen] = useState<RowsInSight>({ first: 0, end: 0 })
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const look = (): void => {
      const first = Math.max(0, Math.floor(element.scrollTop / heightPx) - MORE_ROWS)
      const end = Math.ceil((element.scrollTop + element.clientHeight) / heightPx) + MORE_ROWS
      setSeen((before) => (before.first === first && before.end === end ? before : { first, end }))
    }
    look()
    const resizes = new ResizeObserver(look)
    resizes.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      resizes.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [scroller, heightPx])
  return { first: Math.min(seen.first, count), end: Math.min(seen.end, count) }
}
