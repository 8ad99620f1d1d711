// The many spellings of one model's name: `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `claude-sonnet-4-5@20250929`,
// `anthropic/claude-sonnet-4.5:beta`, `models/gemini-2.5-pro`, `publishers/google/models/…`, a Bedrock ARN.

/** Lower case, without folders, region, cloud's vendor prefix and revision. Dates stay: generations are told beside them. */
export function bareName(model: string): string {
  return model
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/^(?:[a-z]{2,6}\.)?(?:[a-z0-9]+\.)(?=[a-z])/, '')
    .replace(/@(?=\d)/, '-')
    .replace(/@.*$/, '')
    .replace(/-v\d+(?::\d+\w*)?$/, '')
    .replace(/:.*$/, '')
    .replace(/-maas$/, '')
}
