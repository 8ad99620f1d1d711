import { useState } from 'react'

/** Something that happened once in this browser. @returns whether it did, and what says so */
export function useRemembered(name: string): readonly [boolean, () => void] {
  const key = `fairlead.${name}`
  const [happened, setHappened] = useState(() => read(key))
  const remember = (): void => {
    setHappened(true)
    try {
      localStorage.setItem(key, '1')
    } catch {
      // Holds until the page goes.
    }
  }
  return [happened, remember]
}

function read(key: string): boolean {
  try {
    return localStorage.getItem(key) !== null
  } catch {
    return false
  }
}
