// The SDKs for JavaScript, each through the small interface that the testkit puts in front of them.
import { ASK_SCHEMA, CLIENT_SDKS } from '@fairlead/testkit/clients/sdk/index.ts'
import type { Ask, SdkClient, Told } from '@fairlead/testkit/clients/sdk/index.ts'

import * as c from '../lib/check.ts'
import { describeError } from '../lib/describe-error.ts'
import type { Gateway } from '../lib/gateway.ts'
import type { Report } from './report.ts'

const PACKAGES: Readonly<Record<string, string>> = {
  'openai-chat': 'openai (JS), chat',
  'openai-responses': 'openai (JS), Responses',
  'anthropic-messages': '@anthropic-ai/sdk (JS)',
  gemini: '@google/genai (JS)',
}

const HELLO = 'Hello! Ünïcödé 🙂'
const CALL_BOTH = 'call get_weather and call get_time'
const RESULTS: Readonly<Record<string, string>> = { get_weather: 'sunny', get_time: 'noon' }

type Step = (sdk: SdkClient, ask: (ask: Omit<Ask, 'model' | 'key'>) => Promise<Told>) => Promise<void>

const STEPS: Readonly<Record<string, Step>> = {
  text: (sdk, ask) => text(sdk, ask, false),
  stream: (sdk, ask) => text(sdk, ask, true),
  tools: (sdk, ask) => tools(sdk, ask, false),
  'streamed tools': (sdk, ask) => tools(sdk, ask, true),
  schema: (_sdk, ask) => schema(ask, false),
  'streamed schema': (_sdk, ask) => schema(ask, true),
}

export async function tryJavascript(gateway: Gateway, models: readonly string[], report: Report): Promise<void> {
  for (const sdk of CLIENT_SDKS) {
    for (const model of models) {
      const failures: { step: string; why: string }[] = []
      for (const [step, act] of Object.entries(STEPS)) {
        try {
          await act(sdk, (ask) => sdk.ask(gateway.url, { ...ask, model, key: gateway.key }))
        } catch (error) {
          failures.push({ step, why: describeError(error) })
        }
      }
      report.add({ sdk: PACKAGES[sdk.name] ?? sdk.name, model, steps: Object.keys(STEPS), failures })
    }
  }
}

type Asking = Parameters<Step>[1]

async function text(sdk: SdkClient, ask: Asking, stream: boolean): Promise<void> {
  const told = await ask({ text: HELLO, system: 'Be brief.', stream })
  c.checkEqual(told.text, `You said: ${HELLO}`, 'the text')
  c.checkEqual(told.stop, sdk.stops.end, 'how it ended')
  c.check(told.usage.input > 0 && told.usage.output > 0, `the usage is ${JSON.stringify(told.usage)}`)
}

async function tools(sdk: SdkClient, ask: Asking, stream: boolean): Promise<void> {
  const first = await ask({ text: CALL_BOTH, tools: true, stream })
  c.checkEqual(first.stop, sdk.stops.tool_use, 'how it ended')
  const names = first.calls.map(({ name }) => name)
  c.checkEqual(names.toSorted().join(), Object.keys(RESULTS).toSorted().join(), 'the tools that were called')
  const results = names.map((name) => RESULTS[name] ?? '')
  const second = await ask({ text: CALL_BOTH, tools: true, stream, after: [{ told: first, results }] })
  for (const result of results) c.check(second.text.includes(result), `the answer to the results is ${second.text}`)
}

async function schema(ask: Asking, stream: boolean): Promise<void> {
  const told = await ask({ text: HELLO, schema: true, stream })
  const value: unknown = JSON.parse(told.text)
  c.checkShape(value, { city: c.string, warm: c.boolean }, 'the answer')
  c.checkEqual(Object.keys(Object(value)).length, ASK_SCHEMA.required.length, 'the number of its members')
}
