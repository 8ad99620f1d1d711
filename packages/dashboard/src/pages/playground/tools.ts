// Tools that this page runs itself, to see whether a model uses them well. What they take is the model's, so nothing of it is
// believed.
import type { Json } from 'fairlead/connect/edit.ts'

export const TOOL_NAMES = ['get_current_time', 'roll_die', 'calculate'] as const
export type ToolName = (typeof TOOL_NAMES)[number]

const NOTHING = { type: 'object', properties: {} } as const

export const TOOL_DEFINITIONS: Readonly<Record<ToolName, { readonly [name: string]: Json }>> = {
  get_current_time: define('get_current_time', 'The date and time on the clock of the user.', NOTHING),
  roll_die: define('roll_die', 'Rolls a die.', {
    type: 'object',
    properties: { sides: { type: 'integer', minimum: 2, maximum: 1000 } },
    required: ['sides'],
  }),
  calculate: define('calculate', 'Calculates with two numbers.', {
    type: 'object',
    properties: {
      left: { type: 'number' },
      operation: { type: 'string', enum: ['add', 'subtract', 'multiply', 'divide'] },
      right: { type: 'number' },
    },
    required: ['left', 'operation', 'right'],
  }),
}

function define(name: string, description: string, parameters: Json): { readonly [name: string]: Json } {
  return { type: 'function', function: { name, description, parameters } }
}

/** Never throws: what went wrong is for the model to read. */
export function runTool(name: string, argumentsText: string): string {
  const given = objectOf(argumentsText)
  switch (name) {
    case 'get_current_time':
      return new Date().toString()
    case 'roll_die': {
      const sides = Math.floor(Number(given['sides']))
      if (!(sides >= 2 && sides <= 1000)) return 'Error: sides must be a whole number from 2 to 1000.'
      return String(((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % sides) + 1)
    }
    case 'calculate':
      return calculated(Number(given['left']), String(given['operation']), Number(given['right']))
    default:
      return `Error: there is no tool "${name.slice(0, 64)}".`
  }
}

function calculated(left: number, operation: string, right: number): string {
  switch (operation) {
    case 'add':
      return String(left + right)
    case 'subtract':
      return String(left - right)
    case 'multiply':
      return String(left * right)
    case 'divide':
      return right === 0 ? 'Error: division by zero.' : String(left / right)
    default:
      return 'Error: operation must be add, subtract, multiply or divide.'
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
