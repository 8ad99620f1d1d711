import { describe, expect, it } from 'vitest'
import { scanReply } from './pass-json.ts'

const keys = { model: 'model', usage: 'usage', beside: new Map<string, string>(), usageOfReply: () => null }
const isError = (body: object): boolean | undefined => scanReply(JSON.stringify(body), '"public"', keys)?.isError

describe('an error with status 200', () => {
  it.each([
    [{ error: { message: 'No.' } }],
    [{ type: 'error', error: { type: 'api_error', message: 'No.' } }],
    // AWS's, and FastAPI's.
    [{ message: 'The system encountered an unexpected error.' }],
    [{ detail: 'No.' }],
  ])('is %j', (body) => {
    expect(isError(body)).toBe(true)
  })

  it.each([[{ error: null, model: 'm', message: 'Hi' }], [{ model: 'm', choices: [] }], [{ data: [] }]])(
    'is not %j',
    (body) => {
      expect(isError(body)).toBe(false)
    },
  )
})
