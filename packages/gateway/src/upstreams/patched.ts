/** Of the fields named in `patch`; null takes one away. */
export function patched<Value>(
  before: Readonly<Record<string, Value>>,
  patch: Readonly<Record<string, Value | null>>,
): Record<string, Value> {
  const entries = Object.entries<Value | null>({ ...before, ...patch })
  return Object.fromEntries(entries.flatMap(([name, value]) => (value == null ? [] : [[name, value] as const])))
}
