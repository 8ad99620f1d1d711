// Menus are heavier than all that is seen of a page at first. So their button stands alone until somebody wants it.
import { cloneElement, type ReactElement, type ReactNode, Suspense, useState } from 'react'

interface OnDemandProps {
  /** The button, as it is with and without its menu. */
  readonly face: ReactElement<Readonly<Record<string, unknown>>>
  /** Begins to fetch the menu: when it is pointed at, or reached by keyboard. */
  readonly preload: () => unknown
  /** The menu around the button, which opens as soon as it is there. */
  readonly children: ReactNode
}

export function OnDemand({ face, preload, children }: OnDemandProps) {
  const [isWanted, setWanted] = useState(false)
  const closed = { 'aria-haspopup': 'menu', 'aria-expanded': false }
  return isWanted ? (
    <Suspense fallback={cloneElement(face, { ...closed, 'aria-busy': true })}>{children}</Suspense>
  ) : (
    cloneElement(face, {
      ...closed,
      onPointerEnter: preload,
      onFocus: preload,
      onClick: () => setWanted(true),
    })
  )
}
