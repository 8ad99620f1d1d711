// `fairlead connect` as a person uses it, in homes of their own.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'smol-toml'
import { beforeEach, describe, expect, it } from 'vitest'
import { commandLine, type Outcome } from './__fixtures__/command-line.ts'

const URL_OF_GATEWAY = ['--url', 'https://gateway.example.com/v1/', '--model', 'model-1']

const line = commandLine()
let home: string
beforeEach(() => {
  home = line.dir
})

function connect(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return line.fairlead(['connect', ...args], { HOME: home, ...env })
}

function put(path: string, text: string, mode = 0o644): string {
  const file = join(home, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

const read = (path: string): string => readFileSync(join(home, path), 'utf8')
const filesIn = (path: string): string[] => readdirSync(join(home, path)).toSorted()

const CLAUDE = '.claude/settings.json'
const MINE = '{\n  // mine\n  "theme": "dark",\n  "env": { "EDITOR": "vi" },\n}\n'

describe('fairlead connect', () => {
  it('lists the tools, and says what it does not know', async () => {
    const listed = await line.alone(['connect'], { HOME: home })
    expect(listed.code).toBe(0)
    expect(listed.out).toMatch(/claude-code +Claude Code +terminal +tried +writes files/)
    expect(listed.out).toMatch(/cursor +Cursor +editor +documented +shows steps/)
    const unknown = await connect(['claude-kode'])
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('there is no guide for "claude-kode"')])
    expect((await connect(['codex', '--key-env', 'sk-fl-secret'])).err).toContain('is no name of a variable')
  })

  it('shows the difference, keeps what is there and a copy of it, and takes it back', async () => {
    const file = put(CLAUDE, MINE, 0o640)
    const done = await connect(['claude-code', ...URL_OF_GATEWAY, '--yes'])
    expect([done.code, done.err]).toEqual([0, ''])
    expect(done.out).toContain('+     "ANTHROPIC_BASE_URL": "https://gateway.example.com",')
    expect(done.out).toContain('FAIRLEAD_API_KEY')
    const after = read(CLAUDE)
    expect(after).toContain('// mine\n  "theme": "dark"')
    expect(after).toContain('"EDITOR": "vi"')
    expect(statSync(file).mode & 0o777).toBe(0o640)
    const [, backup = ''] = filesIn('.claude')
    expect(backup).toMatch(/^settings\.json\.before-fairlead-\d{8}T\d{6}Z$/)
    expect(read(`.claude/${backup}`)).toBe(MINE)

    const again = await connect(['claude-code', ...URL_OF_GATEWAY, '--yes'])
    expect(again.out).toContain('Claude Code is set up already.')
    const other = await connect(['claude-code', '--url', 'https://gateway.example.com', '--model', 'model-2', '--yes'])
    expect(other.out).toMatch(/^ {2}- .*model-1/m)

    const undone = await connect(['claude-code', '--undo'])
    expect([undone.code, undone.err]).toEqual([0, ''])
    expect(read(CLAUDE)).toBe(MINE)
    expect(filesIn('.claude')).toEqual(['settings.json'])
    expect((await connect(['claude-code', '--undo'])).err).toContain('nothing to take back')
  })

  it('removes files that were not there before, and leaves alone one that somebody has changed since', async () => {
    await connect(['codex', ...URL_OF_GATEWAY, '--yes'])
    expect(statSync(join(home, '.codex/config.toml')).mode & 0o777).toBe(0o600)
    const text = read('.codex/config.toml')
    expect(parse(text)).toEqual({
      model: 'model-1',
      model_provider: 'fairlead',
      model_providers: {
        fairlead: {
          name: 'Fairlead',
          base_url: 'https://gateway.example.com/v1',
          env_key: 'FAIRLEAD_API_KEY',
          wire_api: 'responses',
        },
      },
    })
    put('.codex/config.toml', `${text}# and more\n`)
    const refused = await connect(['codex', '--undo'])
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('has been changed since')])
    put('.codex/config.toml', text)
    expect((await connect(['codex', '--undo'])).code).toBe(0)
    expect(existsSync(join(home, '.codex/config.toml'))).toBe(false)
  })

  it('writes nothing for --dry-run and --print, and asks nobody who is not there', async () => {
    put(CLAUDE, MINE)
    expect((await connect(['claude-code', ...URL_OF_GATEWAY, '--dry-run'])).out).toContain('+ ')
    const printed = await connect(['claude-code', ...URL_OF_GATEWAY, '--print', '--os', 'windows'])
    expect(printed.out).toContain('%USERPROFILE%\\.claude\\settings.json')
    expect(printed.out).toContain('setx ANTHROPIC_AUTH_TOKEN')
    const unasked = await connect(['claude-code', ...URL_OF_GATEWAY])
    expect([unasked.code, unasked.err]).toEqual([1, expect.stringContaining('--yes')])
    expect([read(CLAUDE), filesIn('.claude')]).toEqual([MINE, ['settings.json']])
  })

  it('writes through a link into a folder of dotfiles', async () => {
    put('dotfiles/claude.json', MINE)
    mkdirSync(join(home, '.claude'))
    symlinkSync('../dotfiles/claude.json', join(home, CLAUDE))
    await connect(['claude-code', ...URL_OF_GATEWAY, '--yes'])
    expect(read('dotfiles/claude.json')).toContain('ANTHROPIC_BASE_URL')
    expect(filesIn('.claude')).toEqual(['settings.json'])
  })

  it('goes where the tool’s own variables have moved its folder', async () => {
    await connect(['codex', ...URL_OF_GATEWAY, '--yes'], { CODEX_HOME: join(home, 'elsewhere') })
    expect(filesIn('elsewhere')).toEqual(['config.toml'])
    await connect(['zed', ...URL_OF_GATEWAY, '--yes'], { XDG_CONFIG_HOME: join(home, 'xdg') })
    expect(filesIn('xdg/zed')).toEqual(['settings.json'])
  })

  it('changes no file at all when one of them cannot be changed safely', async () => {
    put('.gemini/settings.json', '{ "a": ')
    const refused = await connect(['gemini-cli', ...URL_OF_GATEWAY, '--yes'])
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('.gemini/settings.json: it cannot be read')
    expect(refused.err).toContain('"selectedType": "gemini-api-key"')
    expect(filesIn('.gemini')).toEqual(['settings.json'])
  })

  it('shows the steps of a tool that has only forms', async () => {
    const shown = await connect(['cursor', ...URL_OF_GATEWAY])
    expect(shown.code).toBe(0)
    expect(shown.out).toMatch(/Override OpenAI Base URL +https:\/\/gateway\.example\.com\/v1/)
    expect(shown.out).toContain('(your API key)')
  })
})
