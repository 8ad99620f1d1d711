import { spawn } from 'node:child_process'

export interface Finished {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** When each piece of the standard output arrived, in milliseconds since the start. */
  readonly arrivals: readonly { readonly atMs: number; readonly text: string }[]
}

export interface RunOptions {
  readonly stdin?: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
  readonly onOutput?: (text: string) => void
}

/** Runs a program to its end. Never rejects for a failed program: the exit code (null: killed, or not found) says it. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const startedAt = performance.now()
    const child = spawn(command, args, {
      stdio: 'pipe',
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
    })
    let stderr = ''
    const arrivals: { atMs: number; text: string }[] = []
    const outDecoder = new TextDecoder()
    child.stdout.on('data', (chunk: Buffer) => {
      const text = outDecoder.decode(chunk, { stream: true })
      arrivals.push({ atMs: performance.now() - startedAt, text })
      options.onOutput?.(text)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8')
      options.onOutput?.(chunk.toString('utf8'))
    })
    const finish = (exitCode: number | null) =>
      resolve({ exitCode, stdout: arrivals.map((arrival) => arrival.text).join(''), stderr, arrivals })
    child.on('error', (error) => {
      stderr += error.message
      finish(null)
    })
    child.on('close', finish)
    // A program that ends before it has read its input is judged by its exit code.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.stdin ?? '')
  })
}
