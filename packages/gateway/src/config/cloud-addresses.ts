// Where the clouds serve their models, by location. Sources: Google's "Vertex AI locations" page and Anthropic's Vertex
// client (the multi-regions us and eu have hosts of their own); AWS's "Amazon Bedrock endpoints" page.

export function vertexUrl(location: string): string {
  if (location === 'global') return 'https://aiplatform.googleapis.com'
  if (location === 'us' || location === 'eu') return `https://aiplatform.${location}.rep.googleapis.com`
  return `https://${location}-aiplatform.googleapis.com`
}

export function bedrockUrl(region: string): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return `https://bedrock-runtime.${region}.${domain}`
}

/** A key pair as one secret of `ProviderConfig.apiKeys`; `providers/bedrock` reads it. */
export function awsKeyPair(accessKeyId: string, secretAccessKey: string, sessionToken?: string): string {
  return JSON.stringify({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) })
}
