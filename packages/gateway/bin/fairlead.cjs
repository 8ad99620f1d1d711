#!/usr/bin/env node
// The command `fairlead`: the built program in a published package, the sources in a checkout.
'use strict'

var path = require('path')
var launcher = require('./run.cjs')

var source = path.join(__dirname, '..', 'src', 'main.ts')
var built = path.join(__dirname, '..', 'dist', 'main.js')
// The young generation holds one request's garbage: at 64 MiB most of it dies before a copy (DESIGN section 2).
launcher.run(launcher.exists(source) ? source : built, process.argv.slice(2), ['--max-semi-space-size=64'])
