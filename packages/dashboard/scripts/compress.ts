// Every file of the build once more as brotli and as gzip, so that serving them costs a read and nothing else.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const TEXT = new Set(['.js', '.css', '.svg', '.json', '.map', '.txt'])
/** Below this the saving is smaller than the header that announces it. */
const LEAST_BYTES = 600

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

export function compress(): Plugin {
  let folder = ''
  return {
    name: 'fairlead-compress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir
    },
    // After what was written, and only then: a build that failed has its own words, and nothing to compress.
    async writeBundle() {
      const names = await readdir(folder, { recursive: true })
      for (const name of names.filter((one) => TEXT.has(extname(one)))) await compressFile(join(folder, name))
    },
  }
}

async function compressFile(path: string): Promise<void> {
  const bytes = await readFile(path)
  if (bytes.length < LEAST_BYTES) return
  const [small, smaller] = await Promise.all([
    zip(bytes, { level: 9 }),
    brotli(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  ])
  await writeFile(`${path}.gz`, small)
  await writeFile(`${path}.br`, smaller)
}
