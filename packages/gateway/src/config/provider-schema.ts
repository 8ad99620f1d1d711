// An entry under `providers` of `fairlead.yaml`.
import { z } from 'zod'
import { dataPolicySchema } from './data-policy-schema.ts'
import { DEFAULTS as D } from './defaults.ts'
import { QUIRKS_NAMES } from './known-providers.ts'
import { priority, secret, text, weight } from './shape-words.ts'

/** A model has these too, and more. */
export const limitsSchema = z
  .strictObject({
    rpm: z.int().min(0).max(1e9).optional().describe('Requests per minute.'),
    tpm: z.int().min(0).max(1e12).optional().describe('Tokens per minute.'),
    concurrency: z.int().min(0).max(1e6).optional().describe('Requests at the same time.'),
  })
  .describe('Per key of this provider; absent = no limit, 0 = none allowed.')

export const providerSchema = z
  .strictObject({
    name: text().min(1).max(100).describe('Your name for it; targets refer to it.'),
    type: z
      .enum(['openai', 'openai-compatible', 'azure-openai', 'anthropic', 'gemini', 'vertex', 'bedrock', 'simulator'])
      .describe('How it is spoken to.'),
    base_url: text()
      .min(1)
      .optional()
      .describe("The vendor's own when absent; openai-compatible and azure-openai need one. Usually ends in /v1."),
    api_keys: z.array(secret()).optional().describe('Several keys each have their own health and limits.'),
    api_key: secret().optional().describe('Short for api_keys with one entry.'),
    dialects: z
      .array(z.enum(['chat', 'responses', 'messages']))
      .min(1)
      .optional()
      .describe("openai-compatible: what the server speaks, best first; the known vendor's, or chat, when absent."),
    quirks: z
      .enum(QUIRKS_NAMES)
      .optional()
      .describe('openai-compatible: the vendor whose peculiarities it has; told from base_url when absent.'),
    api_version: text()
      .min(1)
      .optional()
      .describe('azure-openai: for addresses with /openai/deployments; without it, /openai/v1 is used.'),
    anthropic_version: text()
      .min(1)
      .optional()
      .describe('anthropic: the version header where the client sends none; 2023-06-01 when absent.'),
    project: text().min(1).optional().describe("vertex: project id; the service account's own when absent."),
    location: text().min(1).optional().describe('vertex: global, us, eu or a region; global when absent.'),
    credentials_file: text()
      .min(1)
      .optional()
      .describe("vertex: JSON file of a service account; without it, Google's application default credentials."),
    credentials: z.string().max(65_536).optional().describe('vertex: the text of such a file, usually ${VARIABLE}.'),
    region: text().min(1).optional().describe('bedrock: us-east-1 and the like.'),
    access_key_id: secret().optional().describe("bedrock: without it and without api_keys, AWS's usual places."),
    secret_access_key: secret().optional().describe('bedrock: belongs to access_key_id.'),
    session_token: secret().optional().describe('bedrock: where access_key_id is a temporary one.'),
    weight: weight()
      .default(D.provider.weight)
      .describe('Share of the traffic, beside the other providers of a model.'),
    priority: priority()
      .default(D.provider.priority)
      .describe('Lower first; the next number only when the one before has nothing healthy.'),
    limits: limitsSchema.prefault({}),
    headers: z.record(z.string(), text().max(8192)).default({}).describe('Extra request headers.'),
    websocket: z
      .boolean()
      .optional()
      .describe(
        'Turns of WebSocket clients go to it over a WebSocket too: for servers whose Responses API has that mode.',
      ),
    stream_usage: z
      .boolean()
      .optional()
      .describe('false for servers that refuse stream_options; true, or what is known of the vendor, when absent.'),
    data_policy: dataPolicySchema.optional(),
    ca_file: text().min(1).optional().describe('PEM file of extra certificate authorities, beside this file.'),
    max_connections: z
      .int()
      .min(1)
      .max(100_000)
      .default(D.provider.maxConnections)
      .describe('Open connections per worker.'),
    health_path: text().min(1).default(D.provider.healthPath).describe('Path under base_url for health.check: models.'),
    any_model: z
      .boolean()
      .optional()
      .describe('Send model ids that are not listed here, too; on when the gateway has no model list of its own.'),
    models: z
      .array(text().min(1))
      .optional()
      .describe('Model ids that it serves under the same name; short for entries under models.'),
  })
  .describe('An upstream that answers requests.')
