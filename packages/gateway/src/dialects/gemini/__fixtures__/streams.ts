// Hand-written streams after the reference of `GenerateContentResponse` and the guides "Thinking", "Thought signatures",
// "Function calling" and Vertex AI's "Stream function call arguments".

const tail = { modelVersion: 'gemini-3-pro', responseId: 'resp-1' }

function usage(prompt: number, candidates: number, thoughts = 0): object {
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates + thoughts,
    ...(thoughts === 0 ? {} : { thoughtsTokenCount: thoughts }),
  }
}

function chunk(parts: readonly object[], more: object = {}, counts: object = usage(10, 1)): object {
  return {
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
    usageMetadata: counts,
    ...tail,
  }
}

export const TEXT = [
  chunk([{ text: 'Grüße, ' }]),
  chunk([{ text: 'Welt 🌍 \u2028 "so"' }], {}, usage(10, 7)),
  chunk([{ text: '' }], { finishReason: 'STOP' }, usage(10, 9)),
]

export const THOUGHTS_AND_CALLS = [
  chunk([{ text: 'Two cities', thought: true }], {}, usage(30, 0, 5)),
  chunk([{ text: ', then.', thought: true }], {}, usage(30, 0, 9)),
  chunk([
    { functionCall: { name: 'weather', args: { city: 'Köln', id: 1 } }, thoughtSignature: 'c2ln' },
    { functionCall: { name: 'weather', args: { city: 'Ulm' } } },
  ]),
  chunk([{ functionCall: { name: 'now' } }], {}, usage(30, 20, 9)),
  // H38: the reason comes behind the calls.
  chunk([{ text: '' }], { finishReason: 'STOP' }, usage(30, 21, 9)),
]

/** Vertex AI: the arguments arrive as values with their places. */
export const PARTIAL_ARGS = [
  chunk([{ functionCall: { name: 'cook', willContinue: true }, thoughtSignature: 'c2ln' }]),
  chunk([
    {
      functionCall: {
        partialArgs: [{ jsonPath: '$.dish.name', stringValue: 'Las', willContinue: true }],
        willContinue: true,
      },
    },
  ]),
  chunk([
    { functionCall: { partialArgs: [{ jsonPath: '$.dish.name', stringValue: 'agne' }], willContinue: true } },
  ]),
  chunk([
    {
      functionCall: {
        partialArgs: [
          { jsonPath: '$.dish.parts[0].grams', numberValue: 250.5 },
          { jsonPath: '$.dish.parts[1].grams', numberValue: 100 },
          { jsonPath: "$.dish['very hot']", boolValue: true },
          { jsonPath: '$.note', nullValue: 'NULL_VALUE' },
        ],
        willContinue: true,
      },
    },
  ]),
  chunk([{ functionCall: {} }]),
  // The next one follows without the empty call that would have ended it.
  chunk([{ functionCall: { name: 'serve', willContinue: true } }]),
  chunk([
    { functionCall: { partialArgs: [{ jsonPath: '$.at', stringValue: '8' }], willContinue: true } },
  ]),
  chunk([{ functionCall: { name: 'rest' } }], { finishReason: 'STOP' }),
]

export const GROUNDED = [
  chunk([{ text: 'Österreich ' }]),
  chunk([{ text: 'hat gewonnen.' }], {
    finishReason: 'STOP',
    groundingMetadata: {
      webSearchQueries: ['wer hat gewonnen'],
      groundingChunks: [
        { web: { uri: 'https://example.com/a', title: 'A' } },
        { web: { uri: 'https://example.com/b', title: 'B' } },
      ],
      groundingSupports: [
        { segment: { startIndex: 12, endIndex: 25, text: 'hat gewonnen.' }, groundingChunkIndices: [0] },
      ],
    },
  }),
]

export const CODE_AND_IMAGE = [
  chunk([{ executableCode: { language: 'PYTHON', code: 'print(1)' } }]),
  chunk([{ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }]),
  chunk([{ text: 'Here: ' }, { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' }, thoughtSignature: 'aW1n' }]),
  chunk([{ text: 'Done.', thoughtSignature: 'dHh0' }], { finishReason: 'STOP' }),
]

export const TWO_CANDIDATES = [
  {
    candidates: [
      { content: { parts: [{ text: 'A' }], role: 'model' }, index: 0 },
      { content: { parts: [{ text: 'B' }], role: 'model' }, index: 1 },
    ],
    usageMetadata: usage(3, 2),
    ...tail,
  },
  {
    candidates: [
      { content: { parts: [{ text: 'b' }], role: 'model' }, index: 1, finishReason: 'MAX_TOKENS' },
      { content: { parts: [{ text: 'a' }], role: 'model' }, index: 0, finishReason: 'STOP' },
    ],
    usageMetadata: usage(3, 4),
    ...tail,
  },
]

export const BLOCKED = [{ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: usage(12, 0), ...tail }]

export const FAILED = [
  chunk([{ text: 'I will' }]),
  { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } },
]

export const ALL_STREAMS: Readonly<Record<string, readonly object[]>> = {
  text: TEXT,
  'thoughts and calls': THOUGHTS_AND_CALLS,
  'partial arguments': PARTIAL_ARGS,
  grounded: GROUNDED,
  'code and image': CODE_AND_IMAGE,
  'two candidates': TWO_CANDIDATES,
  'blocked prompt': BLOCKED,
  failed: FAILED,
}
