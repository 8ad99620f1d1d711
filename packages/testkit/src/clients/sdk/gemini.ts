import { FunctionCallingConfigMode, type GenerateContentParameters, GoogleGenAI, type Part } from '@google/genai'
import { type Ask, ASK_SCHEMA, ASK_TOOLS, type SdkClient, there } from './ask.ts'

export const geminiSdk: SdkClient = {
  name: 'gemini',
  stops: { end: 'STOP', max_tokens: 'MAX_TOKENS', tool_use: 'STOP', refusal: 'SAFETY' },
  async ask(origin, ask) {
    const { key = 'AIza-test', headers = {} } = ask
    const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: origin, headers: { ...headers } } })
    const request = bodyOf(ask)
    const replies = ask.stream
      ? await Array.fromAsync(await client.models.generateContentStream(request))
      : [await client.models.generateContent(request)]
    const parts = replies.flatMap((reply) => reply.candidates?.[0]?.content?.parts ?? [])
    const last = there(replies.at(-1), 'chunk')
    const candidate = there(last.candidates?.[0], 'candidate')
    const usage = there(last.usageMetadata, 'usage')
    const textsOf = (thought: boolean): string =>
      parts.map((part) => ((part.thought === true) === thought ? (part.text ?? '') : '')).join('')
    return {
      text: textsOf(false) + (candidate.finishMessage ?? ''),
      reasoning: textsOf(true),
      calls: parts.flatMap(({ functionCall }) =>
        functionCall === undefined
          ? []
          : [{ id: functionCall.id ?? '', name: functionCall.name ?? '', input: functionCall.args ?? {} }],
      ),
      stop: there(candidate.finishReason, 'finishReason'),
      stopDetail: '',
      usage: {
        input: usage.promptTokenCount ?? 0,
        cacheRead: usage.cachedContentTokenCount ?? 0,
        output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
      },
      figures: usage,
      model: last.modelVersion ?? '',
      turn: parts,
    }
  },
}

function bodyOf(ask: Ask): GenerateContentParameters {
  const media: Part[] = []
  if (ask.image !== undefined) media.push({ inlineData: { mimeType: 'image/png', data: ask.image } })
  if (ask.imageUrl !== undefined) media.push({ fileData: { mimeType: 'image/png', fileUri: ask.imageUrl } })
  if (ask.file !== undefined) media.push({ inlineData: { mimeType: 'application/pdf', data: ask.file.data } })
  const contents: { role: string; parts: Part[] }[] = [{ role: 'user', parts: [{ text: ask.text }, ...media] }]
  for (const { told, results, text } of ask.after ?? []) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the turn is what this very client returned
    contents.push({ role: 'model', parts: told.turn as Part[] })
    const answers: Part[] = told.calls.map(({ id, name }, index) => ({
      functionResponse: { ...(id === '' ? {} : { id }), name, response: { output: results?.[index] } },
    }))
    if (text !== undefined) answers.push({ text })
    contents.push({ role: 'user', parts: answers })
  }
  const declarations = ASK_TOOLS.map(({ name, schema }) => ({ name, parametersJsonSchema: schema }))
  const forced = { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: [ask.force ?? ''] }
  return {
    model: ask.model ?? 'gemini-3-pro-preview',
    contents,
    config: {
      ...(ask.system === undefined ? {} : { systemInstruction: systemOf(ask.system, ask.developer) }),
      ...(ask.stop === undefined ? {} : { stopSequences: [...ask.stop] }),
      ...(ask.maxTokens === undefined ? {} : { maxOutputTokens: ask.maxTokens }),
      ...(ask.temperature === undefined ? {} : { temperature: ask.temperature }),
      ...(ask.think === true ? { thinkingConfig: { includeThoughts: true } } : {}),
      ...(ask.tools === true ? { tools: [{ functionDeclarations: declarations }] } : {}),
      ...(ask.force === undefined ? {} : { toolConfig: { functionCallingConfig: forced } }),
      ...(ask.schema === true ? { responseMimeType: 'application/json', responseJsonSchema: ASK_SCHEMA } : {}),
    },
  }
}

function systemOf(system: string, developer: string | undefined): string | { parts: Part[] } {
  return developer === undefined ? system : { parts: [{ text: system }, { text: developer }] }
}
