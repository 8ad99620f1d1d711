#!/usr/bin/env node
// The command `fairlead`: the built program in a published package, the sources in a checkout.
'use strict'

var path = require('path')
var launcher = require('./run.cjs')

var root = path.join(__dirname, '..')
var source = path.join(root, 'src', 'main.ts')
var built = path.join(root, 'dist', 'main.js')
// In a checkout half of a start is spent on taking the types off and compiling: what was compiled once is kept.
if (launcher.exists(source) && !process.env.NODE_COMPILE_CACHE) {
  process.env.NODE_COMPILE_CACHE = path.join(root, '..', '..', 'node_modules', '.cache', 'fairlead')
}
// The young generation holds one request's garbage: at 64 MiB most of it dies before a copy (DESIGN section 2). The old one may
// double before it is marked: V8's own choice is a quarter more, which is 0.1 s of a core every half minute. And a lull is no
// reason to collect: V8 then drops compiled code, too, and the next callers wait until it is compiled again.
var everyProcess = ['--max-semi-space-size=64', '--heap-growing-percent=100', '--no-memory-reducer']
// The primary works beside the workers, on cores that are theirs: without threads that collect for it. A worker may have
// them, see `cluster/worker-flags.ts`.
var primary = ['--single-threaded-gc']
launcher.run(launcher.exists(source) ? source : built, process.argv.slice(2), everyProcess.concat(primary))
