// The examples, in the order in which the page shows them. The first ones are those of every page of this kind; the
// models in them are what a reader has chosen.
import type { Example } from './example.ts'

/** A red square of 32 by 32: an image that needs no other host. */
const PICTURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42mO4oKBAU8QwasGoBaMWjFowasGoBaMWjFowasGoBaMWDBULAE7YQD2B7wk2AAAAAElFTkSuQmCC'

const CHAT_REPLY = '$reply.choices[0].message.content'
const CHAT = {
  method: 'POST',
  path: '/v1/chat/completions',
  model: 'chat',
  sdk: 'openai',
  python: {
    method: 'client.chat.completions.create',
    result: 'completion',
    after: ['print(completion.choices[0].message.content)'],
  },
  node: {
    method: 'client.chat.completions.create',
    result: 'completion',
    after: ['console.log(completion.choices[0].message.content)'],
  },
  powershell: CHAT_REPLY,
} as const satisfies Partial<Example>

export const EXAMPLES: readonly Example[] = [
  {
    ...CHAT,
    id: 'chat',
    fileName: 'chat-completions',
    body: (model) => ({
      model,
      messages: [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content: 'Hello!' },
      ],
    }),
  },
  {
    ...CHAT,
    id: 'stream',
    fileName: 'stream-completions',
    streams: true,
    body: (model) => ({
      model,
      stream: true,
      messages: [{ role: 'user', content: 'Stream a short greeting.' }],
    }),
    python: {
      method: 'client.chat.completions.create',
      result: 'stream',
      after: [
        'for chunk in stream:',
        '    if chunk.choices:',
        '        print(chunk.choices[0].delta.content or "", end="", flush=True)',
        'print()',
      ],
    },
    node: {
      method: 'client.chat.completions.create',
      result: 'stream',
      after: [
        'for await (const chunk of stream) {',
        "  process.stdout.write(chunk.choices[0]?.delta?.content ?? '')",
        '}',
        'console.log()',
      ],
    },
  },
  {
    ...CHAT,
    id: 'tools',
    fileName: 'tools',
    body: (model) => ({
      model,
      messages: [{ role: 'user', content: 'What is the weather in Hanoi?' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'The weather in a city, now.',
            parameters: {
              type: 'object',
              properties: { city: { type: 'string' } },
              required: ['city'],
            },
          },
        },
      ],
      tool_choice: 'required',
    }),
    python: {
      method: 'client.chat.completions.create',
      result: 'completion',
      after: [
        'call = completion.choices[0].message.tool_calls[0]',
        'print(call.function.name, call.function.arguments)',
      ],
    },
    node: {
      method: 'client.chat.completions.create',
      result: 'completion',
      after: [
        'const [call] = completion.choices[0].message.tool_calls',
        'console.log(call.function.name, call.function.arguments)',
      ],
    },
    powershell: '$reply.choices[0].message.tool_calls[0].function',
  },
  {
    ...CHAT,
    id: 'json',
    fileName: 'json-mode',
    body: (model) => ({
      model,
      messages: [{ role: 'user', content: 'Name a city and its country.' }],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'city',
          strict: true,
          schema: {
            type: 'object',
            properties: { city: { type: 'string' }, country: { type: 'string' } },
            required: ['city', 'country'],
            additionalProperties: false,
          },
        },
      },
    }),
  },
  {
    ...CHAT,
    id: 'vision',
    fileName: 'vision',
    body: (model) => ({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Which colour is this?' },
            { type: 'image_url', image_url: { url: PICTURE } },
          ],
        },
      ],
    }),
  },
  {
    id: 'embeddings',
    method: 'POST',
    path: '/v1/embeddings',
    model: 'embeddings',
    sdk: 'openai',
    fileName: 'embeddings',
    body: (model) => ({ model, input: 'The quick brown fox' }),
    python: {
      method: 'client.embeddings.create',
      result: 'reply',
      after: ['print(len(reply.data[0].embedding), reply.data[0].embedding[:3])'],
    },
    node: {
      method: 'client.embeddings.create',
      result: 'reply',
      after: ['console.log(reply.data[0].embedding.length, reply.data[0].embedding.slice(0, 3))'],
    },
    powershell: '$reply.data[0].embedding.Count',
  },
  {
    id: 'images',
    method: 'POST',
    path: '/v1/images/generations',
    model: 'images',
    sdk: 'openai',
    fileName: 'image-generation',
    body: (model) => ({ model, prompt: 'a cat reading a book, watercolor', size: '1024x1024' }),
    python: {
      method: 'client.images.generate',
      result: 'reply',
      imports: ['base64', 'pathlib'],
      after: ['pathlib.Path("image.png").write_bytes(base64.b64decode(reply.data[0].b64_json))', 'print("image.png")'],
    },
    node: {
      method: 'client.images.generate',
      result: 'reply',
      imports: ["import { writeFile } from 'node:fs/promises'"],
      after: [
        "await writeFile('image.png', Buffer.from(reply.data[0].b64_json, 'base64'))",
        "console.log('image.png')",
      ],
    },
    powershell:
      '[IO.File]::WriteAllBytes("$PWD/image.png", [Convert]::FromBase64String($reply.data[0].b64_json))\n"image.png"',
  },
  {
    id: 'responses',
    method: 'POST',
    path: '/v1/responses',
    model: 'chat',
    sdk: 'openai',
    fileName: 'responses',
    body: (model) => ({ model, input: 'Hello!' }),
    python: { method: 'client.responses.create', result: 'response', after: ['print(response.output_text)'] },
    node: { method: 'client.responses.create', result: 'response', after: ['console.log(response.output_text)'] },
    powershell: '($reply.output | Where-Object type -eq "message").content[0].text',
  },
  {
    id: 'messages',
    method: 'POST',
    path: '/v1/messages',
    model: 'chat',
    sdk: 'anthropic',
    fileName: 'messages',
    body: (model) => ({ model, max_tokens: 1024, messages: [{ role: 'user', content: 'Hello!' }] }),
    python: { method: 'client.messages.create', result: 'message', after: ['print(message.content[0].text)'] },
    node: { method: 'client.messages.create', result: 'message', after: ['console.log(message.content[0].text)'] },
    powershell: '$reply.content[0].text',
  },
  {
    id: 'gemini',
    method: 'POST',
    path: '/v1beta/models/{model}:generateContent',
    model: 'chat',
    sdk: 'google',
    fileName: 'gemini',
    body: () => ({ contents: [{ parts: [{ text: 'Hello!' }] }] }),
    sdkArguments: (model) => ({ model, contents: 'Hello!' }),
    python: { method: 'client.models.generate_content', result: 'reply', after: ['print(reply.text)'] },
    node: { method: 'client.models.generateContent', result: 'reply', after: ['console.log(reply.text)'] },
    powershell: '$reply.candidates[0].content.parts[0].text',
  },
  {
    id: 'models',
    method: 'GET',
    path: '/v1/models',
    model: null,
    sdk: 'openai',
    fileName: 'models',
    body: null,
    python: {
      method: 'client.models.list',
      result: 'models',
      after: ['for model in models:', '    print(model.id)'],
    },
    node: {
      method: 'client.models.list',
      result: 'models',
      after: ['for (const model of models.data) {', '  console.log(model.id)', '}'],
    },
    powershell: '$reply.data.id',
  },
]
