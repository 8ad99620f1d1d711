import { describe, expect, it, test } from 'vitest'
import { renderFile } from './render.ts'
import { baseUrl, SYSTEMS, type Setup, type Step, type System } from './tool.ts'
import { bestModel, findTool, TOOLS } from './tools.ts'
import { CONNECT_WORDS, fillIn } from './words.ts'

const setupOn = (system: System): Setup => ({
  origin: 'https://gateway.example.com',
  model: 'vendor/model-1:free',
  keyVariable: 'MY_OWN_KEY',
  system,
  brand: { name: 'Fairlead', id: 'fairlead' },
  contextTokens: 200_000,
  outputTokens: 16_000,
})

const shownIn = (step: Step): string => {
  if (step.kind === 'file') return `${step.file.path}\n${renderFile(step.file.format, step.file.edits)}`
  return JSON.stringify(step)
}

describe.each(TOOLS.map((tool) => [tool.id, tool] as const))('the guide for %s', (_id, tool) => {
  test.each(SYSTEMS)(
    'on %s names the gateway as the tool wants it, the model, and where the key comes from',
    (system) => {
      const setup = setupOn(system)
      const { steps, verify, troubles } = tool.guide(setup)
      const text = steps.map(shownIn).join('\n')
      // As it stands in the file, whatever the format does with its characters.
      expect(text).toContain(baseUrl(setup.origin, tool.speaks).replace(/\/v1$/, ''))
      if (tool.kind !== 'chat' || tool.id === 'librechat') expect(text).toContain(setup.model)
      const asksForKey = steps.some(
        (step) => step.kind === 'key' || (step.kind === 'form' && step.fields.some(({ value }) => value === '')),
      )
      expect(asksForKey || text.includes('YOUR_API_KEY')).toBe(true)
      expect(text).not.toMatch(/sk-/)
      expect(verify.endpoint).toMatch(/^\/v1(?:beta)?\//)
      expect(troubles.length).toBeGreaterThan(1)
    },
  )

  test.each(SYSTEMS)('on %s has paths as that system writes them', (system) => {
    for (const step of tool.guide(setupOn(system)).steps) {
      if (step.kind !== 'file') continue
      expect(step.file.path).toMatch(system === 'windows' ? /^(?:%\w+%|\.)\\[^/]+$/ : /^(?:~|\.)\/[^\\]+$/)
      if (step.file.movedBy !== undefined) expect(step.file.path.startsWith(step.file.movedBy.folder)).toBe(true)
    }
  })

  it('fills every gap of its sentences', () => {
    for (const { say, values = {} } of tool.guide(setupOn('linux')).troubles) {
      expect(fillIn(CONNECT_WORDS[say], values)).not.toMatch(/\{\w+\}/)
    }
  })
})

it('has a guide for every tool that people ask for', () => {
  const ids = ['claude-code', 'codex', 'gemini-cli', 'cursor', 'cline', 'kilo-code', 'opencode', 'continue', 'aider']
  const more = ['vscode', 'zed', 'qwen-code', 'open-webui', 'librechat', 'lobechat', 'cherry-studio', 'openai-python']
  expect([...ids, ...more].filter((id) => findTool(id) === undefined)).toEqual([])
  expect(new Set(TOOLS.map((tool) => tool.id)).size).toBe(TOOLS.length)
})

it('says every sentence somewhere', () => {
  const local = { ...setupOn('linux'), origin: 'http://127.0.0.1:8080' }
  const said = new Set(
    TOOLS.flatMap((tool) => {
      const { steps, troubles } = tool.guide(local)
      return [
        ...steps.flatMap((step) => ('say' in step ? [step.say] : [`step.${step.kind}`])),
        ...troubles.map(({ say }) => say),
      ]
    }),
  )
  const unsaid = Object.keys(CONNECT_WORDS).filter((word) => !said.has(word))
  expect(unsaid).toEqual(['verify.by-hand'])
})

test('the model that suits a tool best is its vendor’s, and any is better than none', () => {
  const models = ['text-1', 'gpt-4o-mini', 'anthropic/claude-sonnet-4-5', 'claude-haiku-4-5']
  const claude = findTool('claude-code')
  const codex = findTool('codex')
  expect(bestModel(claude ?? { prefers: [] }, models)).toBe('anthropic/claude-sonnet-4-5')
  expect(bestModel(codex ?? { prefers: [] }, models)).toBe('gpt-4o-mini')
  expect(bestModel(codex ?? { prefers: [] }, ['only-this'])).toBe('only-this')
  expect(bestModel({ prefers: [] }, [])).toBeUndefined()
})
