/** What the system calls it: `ENOENT`, `EEXIST`. Undefined for what has no such name. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
