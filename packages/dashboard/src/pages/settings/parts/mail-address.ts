const LONGEST = 320

/** Whether it is worth sending: the gateway looks closer. */
export function isMailAddress(text: string): boolean {
  return text.length <= LONGEST && /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(text)
}
