// A guide in a terminal: its steps in order, what to try, and what can go wrong.
import { styleText } from 'node:util'
import { renderFile } from '../../connect/render.ts'
import type { Guide, Setup, Step, Tool } from '../../connect/tool.ts'
import { CONNECT_WORDS, fillIn, type ConnectWord } from '../../connect/words.ts'

/** Every step, files in full. */
export function describeGuide(tool: Tool, guide: Guide, setup: Setup): string {
  const steps = guide.steps.map((step, index) => `${index + 1}. ${describeStep(step, setup)}`)
  return [styleText('bold', tool.name), ...steps, ...describeEnd(guide)].join('\n\n')
}

/** Steps that are left when the files are written. */
export function describeRest(guide: Guide, setup: Setup): string {
  const rest = guide.steps.filter((step) => step.kind !== 'file')
  const needed = rest.filter((step) => step.kind !== 'key' || (process.env[step.variable] ?? '') === '')
  return [...needed.map((step) => `- ${describeStep(step, setup)}`), ...describeEnd(guide)].join('\n\n')
}

function describeEnd({ verify, troubles }: Guide): string[] {
  return [
    verify.command === null ? say('verify.by-hand') : `Try it:\n${indented(verify.command)}`,
    `If it does not work:\n${troubles.map((trouble) => `  - ${say(trouble.say, trouble.values)}`).join('\n')}`,
  ]
}

function describeStep(step: Step, setup: Setup): string {
  switch (step.kind) {
    case 'key':
      return `${say('step.key', { variable: step.variable })}\n${indented(setVariable(step.variable, setup.system))}`
    case 'file':
      return `${say('step.file', { path: step.file.path })}\n${indented(renderFile(step.file.format, step.file.edits))}`
    case 'form': {
      const width = Math.max(...step.fields.map(({ label }) => label.length))
      const fields = step.fields.map(({ label, value }) => `${label.padEnd(width)}  ${value || '(your API key)'}`)
      return `${say('step.form', { where: step.where })}\n${indented(fields.join('\n'))}`
    }
    case 'command':
      return `${say(step.say)}\n${indented(step.command)}`
    case 'text':
      return `${say(step.say, { name: step.name, path: step.name })}\n${indented(step.text)}`
    case 'link':
      return `${say(step.say)}\n${indented(step.url)}`
    case 'note':
      return say(step.say, { model: setup.model })
  }
}

/** For good, in the shell that the system comes with. */
function setVariable(name: string, system: Setup['system']): string {
  if (system === 'windows') return `setx ${name} "YOUR_API_KEY"`
  return `echo 'export ${name}="YOUR_API_KEY"' >> ${system === 'macos' ? '~/.zshrc' : '~/.bashrc'}`
}

function say(word: ConnectWord, values: Readonly<Record<string, string>> = {}): string {
  return fillIn(CONNECT_WORDS[word], values)
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, '   ')
}
