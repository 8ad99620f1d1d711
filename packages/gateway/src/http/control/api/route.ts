// One way to declare a route. What stands in a declaration is all that there is to know about it: who may call it, what
// it takes, what it answers, how it fails. The handlers, the check of the caller, the validation, the OpenAPI document,
// the reference page and the test of every credential against every route are made from it; none of them can be
// forgotten for a new route.
import type { z } from 'zod'
import type { ErrorCode } from '../../../core/errors.ts'
import type { Role } from '../../../identity/member-store.ts'
import type { Origin } from '../../../identity/origin.ts'
import type { Principal } from '../../../identity/principal.ts'
import type { Listener } from './listener.ts'
import type { ControlServices } from './services.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * Who may call. `open`: everybody. `key`: whoever has a usable key, for what is its own. `keys:manage`: a key with that
 * scope, for its own account. `person`: somebody who is logged in, or their token; no key. `operator`: the master key,
 * this machine's command line, and people who are operators. The operator may call all but `person`.
 */
export type Access = 'open' | 'key' | 'keys:manage' | 'person' | 'operator'

/** `admin`: not on the port of the models, once the admin surface has a listener of its own. */
export type Surface = 'everywhere' | 'admin'

/** The headings of the reference, in its order. */
export const TAGS = {
  Keys: 'API keys: make, list, change, rotate, revoke.',
  'Log-in': 'How people come in and out: passwords, passkeys, codes, issuers, sessions.',
  'My account': 'A person about themselves: profile, factors, sessions, personal access tokens.',
  Teams: 'Invitations, roles, leaving and handing over.',
  People: 'For the operator: everybody who can log in.',
  'Self-service': 'What a key can see about itself: who it is, its limits, what it used.',
  Accounts: 'People and teams, and who belongs to them.',
  Groups: 'What the accounts of a group may use, at which price, within which limits.',
  Wallets: 'Prepaid money: balance, statement, top-ups, refunds.',
  'Redeem codes': 'Money to give away, or to sell elsewhere.',
  Payments: 'What payment providers call.',
  Responses: 'What POST /v1/responses has stored, and what is made in the background.',
  Conversations: 'Lists of items that responses read from and add to.',
  Picker: 'What auto chose, and what callers think of it.',
  Compatibility: 'Balance and cost as tools for other gateways ask for them.',
  Prices: 'What callers pay for each model, and what it costs the operator.',
  Providers: 'Who answers: credentials, health, drains, weights, test calls.',
  Models: 'Names that clients may ask for, and who serves them; the catalogue.',
  Gateway: 'What runs: instances, configuration, figures, the audit log.',
  Health: 'Open, for monitors and load balancers.',
} as const
export type Tag = keyof typeof TAGS

type AnyObject = z.ZodObject
type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : Readonly<Record<string, never>>

/** What a handler is given. All of it has been checked. */
export interface Call<Params, Query, Body> {
  readonly principal: Principal
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** As it was sent: numbers of a parsed one may have lost their spelling. '' where there is none. */
  readonly bodyText: string
  /** Where it comes from, for the audit log. */
  readonly origin: Origin
  readonly listener: Listener['kind']
  readonly request: Request
}

export interface RouteReply {
  /** 200 when absent. */
  readonly status?: 200 | 201
  readonly description: string
  /** Null where the reply is no JSON. */
  readonly schema: z.ZodType | null
  /** Other content types that it may have. */
  readonly content?: Readonly<Record<string, string>>
}

/** What is declared, apart from what only the types need. */
interface Facts {
  readonly method: Method
  /** OpenAPI's way: `/api/auth/{key_id}`. */
  readonly path: `/${string}`
  readonly access: Access
  /**
   * What a person must at least be in the account. Absent: of `key` viewer, of `keys:manage` developer to look and admin
   * to change, else nothing; see `access.ts`. Beside `operator`: people of this role may call as well as the operator.
   */
  readonly role?: Role
  /**
   * A session must have shown a factor within the last minutes: for secrets, money, factors, roles, deleting. A personal
   * access token opens none of these; with `secrets`, one of that scope does.
   */
  readonly stepUp?: true | 'secrets'
  /** For browsers that are logged in: no personal access token opens it. */
  readonly sessionOnly?: true
  /** Open to people who must add a second factor before anything else. */
  readonly whileSettingUp?: true
  /** Absent: `admin` for what only the operator may call. */
  readonly surface?: Surface
  readonly tag: Tag
  /** Unique; becomes `operationId`. */
  readonly name: string
  readonly summary: string
  readonly description?: string
  /** Beside those that follow from the rest of the declaration. */
  readonly errors?: readonly ErrorCode[]
  /** Takes the header Idempotency-Key: repeated with the same key and body it answers the same, and does nothing. */
  readonly idempotent?: true
  /** Its body may be as large as a request for a model. */
  readonly largeBody?: true
  /** For the reference's curl line. */
  readonly example?: { readonly path?: string; readonly body?: Readonly<Record<string, unknown>> }
}

/** @typeParam Services what its handler needs */
export interface Route<Services = ControlServices> extends Facts {
  readonly surface: Surface
  readonly params: AnyObject | null
  readonly query: AnyObject | null
  readonly body: AnyObject | null
  readonly reply: RouteReply
  /** The parts must have been parsed by the schemas above. */
  readonly handle: (call: Call<unknown, unknown, unknown>, services: Services) => Promise<unknown>
}

interface Declaration<Services, P, Q, B, R extends z.ZodType> extends Facts {
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly reply: {
    readonly status?: 200 | 201
    readonly description: string
    readonly schema: R
    readonly content?: Readonly<Record<string, string>>
  }
  /** Returns the JSON of the reply, or a whole one where it is no JSON. */
  handler(
    call: Call<Output<P>, Output<Q>, Output<B>>,
    services: Services,
  ): Promise<z.input<R> | Response> | z.input<R> | Response
}

/** What declares routes whose handlers need these services and no more. */
export function routeFor<Services>() {
  return function route<
    R extends z.ZodType,
    P extends AnyObject | undefined = undefined,
    Q extends AnyObject | undefined = undefined,
    B extends AnyObject | undefined = undefined,
  >(declaration: Declaration<Services, P, Q, B, R>): Route<Services> {
    const { params, query, body, reply, handler, surface, ...facts } = declaration
    return {
      ...facts,
      // What members may do as well is for them, and they are not on the admin listener.
      surface: surface ?? (facts.access === 'operator' && facts.role === undefined ? 'admin' : 'everywhere'),
      params: params ?? null,
      query: query ?? null,
      body: body ?? null,
      reply,
      handle: async (call, services) =>
        // Parsed by the very schemas that the types come from: see `mount.ts`.
        await handler(call as Call<Output<P>, Output<Q>, Output<B>>, services),
    }
  }
}

export const route = routeFor<ControlServices>()

/** An open page: it is handed the request as it came, and answers with a whole reply. */
export function page(
  facts: Omit<Facts, 'method' | 'access'> & { readonly reply: RouteReply },
  handler: (request: Request, services: ControlServices) => Promise<Response> | Response,
): Route {
  return {
    ...facts,
    method: 'GET',
    access: 'open',
    surface: facts.surface ?? 'everywhere',
    params: null,
    query: null,
    body: null,
    handle: async (call, services) => await handler(call.request, services),
  }
}
