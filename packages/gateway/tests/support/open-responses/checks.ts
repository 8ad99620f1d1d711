// The checks of the Open Responses compliance suite, rebuilt from its description, and what has joined the specification since:
// each is a request or two, over JSON or a stream, and what must hold of the answer.

import type { Json } from './stream-flaws.ts'

/** How one request is put: as JSON, over SSE, over a WebSocket. */
export interface Asked {
  readonly response: Json
  /** Empty without a stream. */
  readonly events: readonly Json[]
}

export interface Check {
  readonly name: string
  readonly stream?: true
  /** @returns what does not hold, in words */
  run(ask: (body: Json) => Promise<Asked>): Promise<readonly string[]>
}

const message = (role: string, content: unknown): Json => ({ type: 'message', role, content })

const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'Get the current weather for a location',
  parameters: {
    type: 'object',
    properties: { location: { type: 'string', description: 'The city and state' } },
    required: ['location'],
  },
}
const ASK_WEATHER = {
  input: [message('user', "What's the weather like in San Francisco?")],
  tools: [WEATHER],
}

/** One dot. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n').toString('base64')

function completed({ response }: Asked): string[] {
  const output = outputOf(response)
  return [
    ...(response['status'] === 'completed' ? [] : [`status ${String(response['status'])}`]),
    ...(output.length > 0 ? [] : ['no output']),
  ]
}

function called({ response }: Asked): string[] {
  return outputOf(response).some((item) => item['type'] === 'function_call') ? [] : ['no function_call in the output']
}

function outputOf(response: Json): readonly Json[] {
  return (response['output'] ?? []) as readonly Json[]
}

const one =
  (body: Json, ...judges: ((asked: Asked) => string[])[]): Check['run'] =>
  async (ask) => {
    const asked = await ask(body)
    return judges.flatMap((judge) => judge(asked))
  }

function calledInEvents({ events }: Asked): string[] {
  const wanted: [string, string?][] = [
    ['response.output_item.added', 'function_call'],
    ['response.function_call_arguments.delta'],
    ['response.function_call_arguments.done'],
    ['response.output_item.done', 'function_call'],
  ]
  return wanted.flatMap(([type, kind]) => {
    const found = events.some(
      (event) => event['type'] === type && (kind === undefined || (event['item'] as Json)['type'] === kind),
    )
    return found ? [] : [`no ${type}${kind === undefined ? '' : ` of a ${kind}`}`]
  })
}

export const CHECKS: readonly Check[] = [
  { name: 'basic-response', run: one({ input: [message('user', 'Say hello in exactly 3 words.')] }, completed) },
  { name: 'streaming-response', stream: true, run: one({ input: [message('user', 'Count from 1 to 5.')] }, completed) },
  {
    name: 'system-prompt',
    run: one(
      {
        input: [message('system', 'You are a pirate. Always respond in pirate speak.'), message('user', 'Say hello.')],
      },
      completed,
    ),
  },
  { name: 'tool-calling', run: one(ASK_WEATHER, completed, called) },
  { name: 'tool-calling-streaming', stream: true, run: one(ASK_WEATHER, completed, called, calledInEvents) },
  ...[false, true].map((stream): Check => ({
    name: `function-call-roundtrip${stream ? '-streaming' : ''}`,
    ...(stream ? { stream } : {}),
    async run(ask) {
      const forced = { ...ASK_WEATHER, tool_choice: { type: 'function', name: 'get_weather' } }
      const first = await ask(forced)
      const calls = outputOf(first.response).filter((item) => item['type'] === 'function_call')
      const outputs = calls.map(({ call_id }) => ({ type: 'function_call_output', call_id, output: '18 degrees' }))
      const second = await ask({
        ...ASK_WEATHER,
        input: [...ASK_WEATHER.input, ...outputOf(first.response), ...outputs],
      })
      return [...completed(first), ...called(first), ...completed(second)]
    },
  })),
  {
    name: 'image-input',
    run: one(
      {
        input: [
          message('user', [
            { type: 'input_text', text: 'What do you see in this image? Answer in one sentence.' },
            { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
          ]),
        ],
      },
      completed,
    ),
  },
  {
    name: 'file-input',
    run: one(
      {
        input: [
          message('user', [
            { type: 'input_text', text: 'What is in this file?' },
            { type: 'input_file', filename: 'paper.pdf', file_data: `data:application/pdf;base64,${PDF}` },
          ]),
        ],
      },
      completed,
    ),
  },
  {
    name: 'multi-turn',
    run: one(
      {
        input: [
          message('user', 'My name is Alice.'),
          message('assistant', 'Hello Alice! Nice to meet you. How can I help you today?'),
          message('user', 'What is my name?'),
        ],
      },
      completed,
    ),
  },
  ...[false, true].map((stream): Check => ({
    name: `previous-response-id${stream ? '-streaming' : ''}`,
    ...(stream ? { stream } : {}),
    async run(ask) {
      const first = await ask({ input: [message('user', 'My name is Alice.')] })
      const { id } = first.response
      const second = await ask({ previous_response_id: id, input: [message('user', 'What is my name?')] })
      const echoed = second.response['previous_response_id']
      return [...completed(first), ...completed(second), ...(echoed === id ? [] : [`it echoes ${String(echoed)}`])]
    },
  })),
  ...[false, true].map((stream): Check => ({
    name: `truth-of-incomplete${stream ? '-streaming' : ''}`,
    ...(stream ? { stream } : {}),
    async run(ask) {
      const input = 'Write a long story. [[testkit: tokens=200]]'
      const { response } = await ask({ input, max_output_tokens: 16 })
      const said = JSON.stringify([response['status'], response['incomplete_details'], response['error']])
      return said === '["incomplete",{"reason":"max_output_tokens"},null]' ? [] : [said]
    },
  })),
  {
    name: 'truth-of-failed-streaming',
    stream: true,
    async run(ask) {
      // It dies after it has said something; for the fake upstreams, and for the simulator.
      const input = 'Write. [[testkit: tokens=40, fault=rst@8]] [[simulate: speed=50, fail=8]]'
      const { response, events } = await ask({ input })
      const { code, message } = (response['error'] ?? {}) as Json
      const said = JSON.stringify([response['status'], events.at(-1)?.['type'], typeof code, typeof message])
      return said === '["failed","response.failed","string","string"]' ? [] : [said]
    },
  },
  {
    // Every member that says the request over again.
    name: 'request-echo',
    stream: true,
    async run(ask) {
      const echoed = {
        instructions: 'Be brief.',
        max_output_tokens: 400,
        metadata: { ticket: '17' },
        parallel_tool_calls: false,
        tool_choice: 'none',
        truncation: 'disabled',
        store: false,
        safety_identifier: 'somebody',
        prompt_cache_key: 'some-key',
      }
      const { response, events } = await ask({ ...ASK_WEATHER, ...echoed })
      const snapshots = [...events.filter((event) => event['response']).map((event) => event['response']), response]
      return snapshots.flatMap((snapshot) =>
        Object.entries(echoed).flatMap(([name, value]) => {
          const said = JSON.stringify((snapshot as Json)[name])
          return said === JSON.stringify(value) ? [] : [`${name} is echoed as ${said}`]
        }),
      )
    },
  },
]
