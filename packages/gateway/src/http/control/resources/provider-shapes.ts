// Providers on the wire. Nothing of a secret is in any of these but its fingerprint.
import { z } from 'zod'
import type { ProviderEvent } from '../../../upstreams/provider-history.ts'
import { PROVIDER_EVENT_KINDS, SLOT_MS } from '../../../upstreams/provider-history.ts'
import type { PickableProvider } from '../../../upstreams/provider-catalogue.ts'
import type { CredentialView, ProviderView } from '../../../upstreams/provider-view.ts'
import type { ProviderPast, TestResult } from '../../../upstreams/upstream-context.ts'
import { seconds, unixSeconds } from '../api/fields.ts'
import { limitsBody, limitsShape } from './shapes.ts'

const counts = z.record(z.string(), z.int()).describe('By status or cause, since the workers began.')

const circuitShape = z.strictObject({
  model: z.string().describe("The provider's own name of it."),
  state: z.enum(['closed', 'open', 'half-open']).describe('closed = requests go there.'),
  open_until: unixSeconds.nullable(),
  current_rpm: z.int(),
  current_tpm: z.int(),
  error_counts: counts,
})

const credentialShape = z
  .strictObject({
    fingerprint: z.string().describe('Names it, and says nothing about what it is.'),
    has_key: z.boolean().describe('False: it needs none, or takes what the machine has.'),
    label: z.string(),
    created_at: unixSeconds.nullable(),
    drained_at: unixSeconds.nullable().describe('No new attempts with it since then; null = it is in use.'),
    disabled: z.boolean().describe('The provider refused it; it is tried again by and by.'),
    disabled_reason: z.string().nullable(),
    cooling_until: unixSeconds.nullable().describe('It rests after a 429.'),
    in_flight: z.int().describe('Attempts on their way.'),
    current_rpm: z.int(),
    current_tpm: z.int(),
    error_counts: counts,
    circuits: z.array(circuitShape).describe('One for each model that was called with it.'),
  })
  .meta({ id: 'ProviderCredential' })

export const providerShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('provider'),
    name: z.string(),
    source: z
      .enum(['config', 'environment', 'database'])
      .describe('Only those of the database can be changed here; all of them can be drained and weighed.'),
    type: z.string(),
    base_url: z.string(),
    enabled: z.boolean(),
    fault: z.string().nullable().describe('Why it is not in use although it is enabled.'),
    settings: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('As they were set here, in the words of the configuration file; null for those of the file.'),
    header_names: z.array(z.string()).describe('Of extra request headers; their values are kept to ourselves.'),
    weight: z.number().describe('The one that counts.'),
    own_weight: z.number().nullable().describe('As it is configured, where another one counts for now.'),
    priority: z.int(),
    limits: limitsShape,
    vendor: z.string().nullable(),
    any_model: z.boolean(),
    models: z.array(z.string()).describe('Public ids of models that it serves.'),
    drained_at: unixSeconds.nullable().describe('No new attempts there since then; null = it is in use.'),
    healthy: z.boolean().nullable().describe('null = it is not in use.'),
    reason: z.string().nullable().describe('Why it is not healthy.'),
    last_check_at: unixSeconds.nullable(),
    response_time_ms: z.int().nullable(),
    consecutive_failures: z.int(),
    in_flight: z.int().describe('Attempts on their way.'),
    credentials: z.array(credentialShape),
    created_at: unixSeconds.nullable(),
    updated_at: unixSeconds.nullable(),
  })
  .meta({ id: 'Provider' })

export function providerBody(view: ProviderView): z.input<typeof providerShape> {
  const { config, health, settings } = view
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    id: view.name,
    object: 'provider',
    name: view.name,
    source: view.source,
    type: config?.type ?? text(settings?.['type']),
    base_url: withoutPassword(config?.baseUrl ?? text(settings?.['base_url'])),
    enabled: view.enabled,
    fault: view.fault,
    settings: settings === null ? null : { ...settings },
    header_names: Object.keys(config?.headers ?? {}),
    weight: view.weight,
    own_weight: view.ownWeight,
    priority: config?.priority ?? 0,
    limits: limitsBody(config?.limits ?? {}),
    vendor: config?.vendor ?? null,
    any_model: config?.anyModel ?? false,
    models: [...view.models],
    drained_at: seconds(view.drainedAtMs),
    healthy: health?.healthy ?? null,
    reason: health?.reason ?? null,
    last_check_at: seconds(health?.lastCheckMs ?? null),
    response_time_ms: health?.responseTimeMs ?? null,
    consecutive_failures: health?.consecutiveFailures ?? 0,
    in_flight: view.credentials.reduce((sum, credential) => sum + (credential.health?.inFlight ?? 0), 0),
    credentials: view.credentials.map(credentialBody),
    created_at: seconds(view.createdAtMs),
    updated_at: seconds(view.updatedAtMs),
  }
}

function credentialBody(view: CredentialView): z.input<typeof credentialShape> {
  const { health } = view
  return {
    fingerprint: view.fingerprint,
    has_key: view.isSecret,
    label: view.label,
    created_at: seconds(view.createdAtMs),
    drained_at: seconds(view.drainedAtMs),
    disabled: health?.disabled ?? false,
    disabled_reason: health?.disabledReason ?? null,
    cooling_until: timeOrNull(health?.coolingUntilMs),
    in_flight: health?.inFlight ?? 0,
    current_rpm: health?.currentRpm ?? 0,
    current_tpm: health?.currentTpm ?? 0,
    error_counts: { ...health?.errorCounts },
    circuits: view.circuits.map((circuit) => ({
      model: circuit.model,
      state: circuit.state,
      open_until: timeOrNull(circuit.openUntilMs),
      current_rpm: circuit.currentRpm,
      current_tpm: circuit.currentTpm,
      error_counts: { ...circuit.errorCounts },
    })),
  }
}

function timeOrNull(ms: number | undefined): number | null {
  return ms === undefined || ms === 0 ? null : seconds(ms)
}

/** Some vendors take keys in the query. */
export function withoutPassword(address: string): string {
  const url = URL.parse(address)
  return url === null ? '' : `${url.protocol}//${url.host}${url.pathname}`.replace(/\/$/, '')
}

export const testShape = z
  .strictObject({
    object: z.literal('provider_test'),
    ok: z.boolean(),
    kind: z.enum(['generate', 'embeddings', 'models']).describe('What was asked for; models = the list of them.'),
    status: z.int().nullable().describe("The provider's answer; null = there was none."),
    connected_ms: z.int().nullable(),
    first_byte_ms: z.int().nullable(),
    total_ms: z.int(),
    reply: z.string().describe('What the model said.'),
    error: z.string().nullable().describe("In the provider's own words."),
    models: z.array(z.string()).nullable().describe('What it lists, where that was asked for.'),
  })
  .meta({ id: 'ProviderTest' })

export function testBody({ ok, kind, status, times, reply, error, models }: TestResult): z.input<typeof testShape> {
  return {
    object: 'provider_test',
    ok,
    kind,
    status,
    connected_ms: times.connectedMs,
    first_byte_ms: times.firstByteMs,
    total_ms: times.totalMs,
    reply,
    error,
    models: models === null ? null : [...models],
  }
}

export const historyShape = z
  .strictObject({
    object: z.literal('provider_history'),
    from: unixSeconds,
    to: unixSeconds,
    slot_seconds: z.int().describe('How long a slot is.'),
    slots: z
      .array(
        z.strictObject({
          start: unixSeconds,
          checks: z.int(),
          failed: z.int(),
          response_time_ms: z.int().nullable().describe('Mean of the checks that went well.'),
        }),
      )
      .describe('Oldest first; one in which nothing was checked is not there.'),
    events: z
      .array(
        z.strictObject({
          id: z.string(),
          at: unixSeconds,
          kind: z.enum(PROVIDER_EVENT_KINDS),
          fingerprint: z.string().nullable().describe('Of the credential; null = the whole provider.'),
          model: z.string().nullable(),
          reason: z.string().nullable(),
          for_seconds: z.number().nullable(),
        }),
      )
      .describe('Newest first.'),
  })
  .meta({ id: 'ProviderHistory' })

export function historyBody(
  past: ProviderPast & { readonly nowMs: number },
  hours: number,
): z.input<typeof historyShape> {
  return {
    object: 'provider_history',
    from: seconds(past.nowMs - hours * 3_600_000),
    to: seconds(past.nowMs),
    slot_seconds: SLOT_MS / 1000,
    slots: past.slots.map(({ startMs, checks, failed, responseMs }) => ({
      start: seconds(startMs),
      checks,
      failed,
      response_time_ms: checks > failed ? Math.round(responseMs / (checks - failed)) : null,
    })),
    events: past.events.map(eventBody),
  }
}

function eventBody(event: ProviderEvent) {
  return {
    id: event.eventId,
    at: seconds(event.atMs),
    kind: event.kind,
    fingerprint: event.fingerprint || null,
    model: event.model || null,
    reason: event.reason || null,
    for_seconds: event.forMs === null ? null : Math.round(event.forMs / 100) / 10,
  }
}

export const pickableShape = z
  .strictObject({
    id: z.string(),
    object: z.literal('known_provider'),
    name: z.string().describe('A good name for it.'),
    title: z.string(),
    kind: z.enum(['vendor', 'cloud', 'server', 'other']).describe('server = one that people run themselves.'),
    type: z.string(),
    base_url: z.string().describe('Empty = there is none that everybody has.'),
    vendor: z.string().describe('Whose models it serves by itself; empty = it has to be said which.'),
    quirks: z.string(),
    keys_page: z.string().describe('Where keys are made.'),
    fields: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(['text', 'secret', 'secret-text']),
        required: z.boolean(),
        example: z.string(),
      }),
    ),
  })
  .meta({ id: 'KnownProvider' })

export function pickableBody(known: PickableProvider): z.input<typeof pickableShape> {
  const { name, title, kind, type, baseUrl, vendor, quirks, keysPage, fields } = known
  return {
    id: name,
    object: 'known_provider',
    name,
    title,
    kind,
    type,
    base_url: baseUrl,
    vendor,
    quirks,
    keys_page: keysPage,
    fields: fields.map((field) => ({ ...field })),
  }
}
