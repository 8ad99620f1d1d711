// Every call of the app to its gateway's control plane. Who is logged in is a cookie that no script sees; what a script
// must add is the token against forged requests, the account that is meant, and a fresh factor where one is asked for.
import { BASE_PATH } from '../app/base.ts'
import { type ApiError, errorOf, ProofDeclinedError, UnreachableError } from './errors.ts'
import { type Nothing, OPERATIONS, type Operations } from './generated/operations.ts'

export type OperationName = keyof Operations
export type Reply<Name extends OperationName> = Operations[Name]['reply']
export type Body<Name extends OperationName> = Operations[Name]['body']

/** Members that an operation does not have need not be given. */
type Part<Name extends string, Type> = [Type] extends [Nothing]
  ? { readonly [Key in Name]?: undefined }
  : object extends Type
    ? { readonly [Key in Name]?: Type }
    : { readonly [Key in Name]: Type }

export type Input<Name extends OperationName> = Part<'params', Operations[Name]['params']> &
  Part<'query', Operations[Name]['query']> &
  Part<'body', Operations[Name]['body']>

export interface CallOptions {
  /** In which account; absent = the one that is chosen, null = none: the operator's view of all. */
  readonly account?: string | null | undefined
  readonly signal?: AbortSignal | undefined
  /** Of something that must not be done twice: the same for every try of the same act. One is made where absent. */
  readonly idempotencyKey?: string | undefined
}

interface Surroundings {
  csrfToken: string
  account: string | null
  /** Asks for a fresh factor; false = they would not. */
  prove: () => Promise<boolean>
  /** The session is gone. */
  loggedOut: () => void
}

/** What the app tells the client about itself: set where the session is kept. */
export const surroundings: Surroundings = {
  csrfToken: '',
  account: null,
  prove: async () => false,
  loggedOut: () => undefined,
}

/**
 * @throws {ApiError} for every answer that is a no
 * @throws {UnreachableError} when nobody answered
 * @throws {ProofDeclinedError} when a fresh factor was asked for and not shown
 */
export async function callApi<Name extends OperationName>(
  name: Name,
  input: Input<Name>,
  options: CallOptions = {},
): Promise<Reply<Name>> {
  const [method, path, repeatable] = OPERATIONS[name]
  const { params, query, body } = input as AnyInput
  const target = pathOf(path, params) + queryOf(query)
  const idempotencyKey = repeatable === undefined ? undefined : (options.idempotencyKey ?? newIdempotencyKey())
  const ask = async (): Promise<Response> =>
    await send(target, {
      method,
      headers: headersFor(method, options, body !== undefined, idempotencyKey),
      body: body === undefined ? null : JSON.stringify(body),
      signal: options.signal ?? null,
    })
  let response = await ask()
  if (response.status === 403) {
    const refused = await errorOf(response)
    if (refused.param !== 'step_up') throw refused
    if (!(await surroundings.prove())) throw new ProofDeclinedError(refused.message)
    response = await ask()
  }
  if (!response.ok) throw await refusal(response, path)
  return await read(response)
}

/** Good for one act, however often it is tried. */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

type Scalar = string | number | boolean

interface AnyInput {
  readonly params?: Readonly<Record<string, Scalar>>
  readonly query?: Readonly<Record<string, Scalar | readonly Scalar[] | null | undefined>>
  readonly body?: unknown
}

interface Sent {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | null
  readonly signal: AbortSignal | null
}

async function send(target: string, request: Sent): Promise<Response> {
  try {
    return await fetch(BASE_PATH + target, { ...request, credentials: 'same-origin', cache: 'no-store' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new UnreachableError('The gateway does not answer.')
  }
}

function headersFor(
  method: string,
  { account = surroundings.account }: CallOptions,
  hasBody: boolean,
  idempotencyKey: string | undefined,
): Record<string, string> {
  return {
    accept: 'application/json',
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...(method === 'GET' || surroundings.csrfToken === '' ? {} : { 'x-csrf-token': surroundings.csrfToken }),
    ...(account === null ? {} : { 'x-fairlead-account': account }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
}

async function refusal(response: Response, path: string): Promise<ApiError> {
  const error = await errorOf(response)
  // At the door a 401 means a wrong password; anywhere else, that nobody is logged in any more.
  if (error.status === 401 && !path.startsWith('/api/login') && !path.startsWith('/api/session/prove'))
    surroundings.loggedOut()
  return error
}

/** Believed to be what the gateway's document says: both are made from the same shapes. */
async function read<Shape>(response: Response): Promise<Shape> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return (isJson ? await response.json() : await response.text()) as Shape
}

function pathOf(path: string, params: AnyInput['params']): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params?.[name] ?? '')))
}

function queryOf(query: AnyInput['query']): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '')
      search.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
