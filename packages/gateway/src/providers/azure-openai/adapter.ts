// Azure OpenAI: OpenAI's own formats at an address of the customer's. Two styles of address are in use:
//
//   …/openai/deployments/NAME/chat/completions?api-version=2024-10-21      with `api_version` in the configuration
//   …/openai/v1/chat/completions                                           without; the deployment is `model` in the body
//
// Source: learn.microsoft.com, "Azure OpenAI in Azure AI Foundry Models REST API reference" and "API version lifecycle".

import type { ProviderConfig } from '../../config/config.ts'
import { quirksNamed } from '../../config/known-providers.ts'
import type { DialectName } from '../../core/conversation.ts'
import type { Operation, ProviderAdapter } from '../adapter.ts'
import { makeAdapter, pathPart } from '../make-adapter.ts'
import { chatFitting, openaiDialects, openaiPath } from '../openai/adapter.ts'

export function createAzureAdapter(config: ProviderConfig): ProviderAdapter {
  const quirks = quirksNamed('openai')
  return makeAdapter({
    config,
    quirks,
    dialects: openaiDialects(config, quirks),
    path: (dialect, operation, model) => azurePath(config, dialect, operation, model),
    ...chatFitting(config, quirks),
    ownHeaders: (secret): Readonly<Record<string, string>> => (secret === '' ? {} : { 'api-key': secret }),
    // What could be deployed, not what is.
    listsModels: false,
  })
}

function azurePath(config: ProviderConfig, dialect: DialectName, operation: Operation, model: string): string | null {
  const { apiVersion } = config
  const path = openaiPath(config, dialect, operation)
  // `moderations` is a service of its own there.
  if (path === null || operation === 'moderations') return null
  const query = apiVersion === undefined ? '' : `?api-version=${apiVersion}`
  // `preview` and `latest` are versions of the newer style.
  if (apiVersion === undefined || !/^\d/.test(apiVersion)) return `/openai/v1${path}${query}`
  // Responses and the list never had deployments in their address.
  if (operation === 'models' || dialect === 'openai-responses') return `/openai${path}${query}`
  return `/openai/deployments/${pathPart(model)}${path}${query}`
}
