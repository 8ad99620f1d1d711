// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.

/** Takes no member. */
export type Nothing = { readonly [Name in string]?: never }

export type AccessToken = { id: string; object: "access_token"; name: string; /** Its beginning: enough to tell it by. */ prefix: string; last4: string; /** `read`: look. `write`: change. `secrets`: make and rotate API keys, which asks a browser for a fresh factor. `operator`: be the operator as well. Money, factors, roles and tokens are for no token. */ scopes: readonly ("read" | "write" | "secrets" | "operator")[]; /** The only account that it reaches; null = all of yours. */ account: string | null; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ expires_at: number | null; /** Unix seconds; null = never. */ last_used_at: number | null }

export type Account = { id: string; object: "account"; name: string; /** A person or a team. */ kind: "person" | "team"; /** Name of its group; empty = the group default, where there is one. */ group: string; /** IANA name: where days, weeks and months begin. */ time_zone: string; status: "active" | "suspended"; /** Of all its keys together. A figure here stands in place of the group's. */ limits: Limits; /** What all its keys together may spend; null = no such limit. */ budget: Budget | null; /** Unix seconds. */ created_at: number; /** Unix seconds. */ updated_at: number }

export type AccountPatch = { name?: string | undefined; /** A person or a team. */ kind?: "person" | "team" | undefined; /** Name of its group; empty = the group default, where there is one. */ group?: string | undefined; /** IANA name: where days, weeks and months begin. */ time_zone?: string | undefined; limits?: LimitsPatch | null | undefined; budget?: { /** US$. */ amount: string | number; /** When it begins anew. */ reset?: "day" | "week" | "month" | "never" | undefined } | null | undefined }

export type AccountTransfer = { /** Id of a member. */ member: string }

export type Acting = { /** In which of your accounts this request acts; null = in none. */ account: string | null; /** What you are there; null = nothing, or the operator. */ role: ("owner" | "admin" | "developer" | "viewer") | null; /** A second factor is asked of you, and nothing else is open before. */ must_add_factor: boolean }

export type ActingSession = { id: string; object: "session"; /** How it began. */ method: "password" | "passkey" | "oidc" | "link"; /** Which issuer, for oidc; empty otherwise. */ issuer: string; two_factors: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds. */ last_seen_at: number; /** Unix seconds. */ expires_at: number; /** Where it began. */ address: string; user_agent: string; person: Self; /** For the header x-csrf-token of every request that changes something. */ csrf_token: string; /** Until when what asks for a fresh factor is open; null = it is not. */ proved_until: number | null; acting: Acting }

export type Adjustment = { /** US$; "-12.50" takes it away. At most 9 places and 1,000,000 at once. */ amount: string | number; /** Why, for the statement: the account sees it. */ note: string }

export type AuditEntry = { id: string; object: "audit_entry"; /** Unix seconds. */ created_at: number; /** The key, session or token that did it; `master` for the master key and the command line. */ actor: string; /** Whose session or token it was; empty for keys. */ person: string; action: "key.create" | "key.update" | "key.rotate" | "key.revoke" | "account.create" | "account.update" | "group.create" | "group.update" | "group.delete" | "member.add" | "member.update" | "member.remove" | "price.set" | "price.remove" | "wallet.top_up" | "wallet.adjust" | "wallet.refund" | "wallet.lock" | "wallet.unlock" | "wallet.update" | "wallet.redeem" | "redeem_codes.create" | "redeem_codes.void" | "payment.order" | "payment.paid" | "payment.reversed" | "payment.reinstated" | "person.create" | "person.update" | "person.suspend" | "person.restore" | "person.sign_up" | "person.log_in" | "person.log_in_failed" | "person.log_out" | "person.step_up" | "session.end" | "session.end_all" | "password.set" | "password.remove" | "passkey.add" | "passkey.update" | "passkey.remove" | "totp.add" | "totp.remove" | "recovery_codes.make" | "recovery_code.use" | "factors.reset" | "identity.link" | "identity.unlink" | "link.make" | "link.use" | "invitation.create" | "invitation.accept" | "invitation.decline" | "invitation.revoke" | "member.suspend" | "member.restore" | "member.leave" | "account.transfer" | "token.create" | "token.revoke" | "provider.create" | "provider.update" | "provider.delete" | "provider.drain" | "provider.undrain" | "provider.weigh" | "credential.add" | "credential.update" | "credential.remove" | "model.create" | "model.update" | "model.delete" | "config.apply" | "auto.learn" | "auto.serve" | "auto.roll_back"; /** What was changed. */ object_id: string; /** Whose it is; empty for the operator's own. */ account: string; /** What the change touched; null = it did not exist. */ before: (Readonly<Record<string, unknown>>) | null; /** Null = it does not exist any more. */ after: (Readonly<Record<string, unknown>>) | null; /** Where the request came from; empty = the command line. */ address: string; /** What the client calls itself. */ user_agent: string; request_id: string }

export type AutoTopUp = { /** US$, a decimal with nine places. Text, so that no reader rounds it. */ threshold: string; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; /** What is charged at most in any 24 hours. */ daily_cap: string; /** Why no card is charged until the setting is saved again; null = it is active. */ paused: string | null }

export type AutoVersion = { id: string; object: "auto_version"; account_id: string; /** default = the one without a name. */ pool: string; /** Counts the versions of this account and pool. */ number: number; /** won = it may serve; lost = it has not won on replay, and never serves; retired = it has served. */ state: "serving" | "retired" | "won" | "lost"; /** Unix seconds. */ made_at: number; made_by: string; /** When it began to serve; null = it never did. */ served_at: number | null; /** The version it was tried against; null = what ships with the gateway. */ base: string | null; /** How it did on calls that it was not made from. */ replay: { verdict: "better" | "cheaper" | "too-few" | "not-better" | "worse-at-a-task" | "too-dear"; /** Calls that it was not made from, and chose for again. */ decisions: number; /** Of these, where something says how good the answer was. */ judged: number; /** Of these, where it chooses another model. */ changed: number; /** Of these, where that model has really answered. */ observed: number; /** 0 to 1. */ quality: { mean: number; low: number; high: number }; /** As a share of the cost. */ cost: { mean: number; low: number; high: number }; by_type: readonly { type: string; judged: number; quality: number }[] } }

export type Budget = { /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; reset: "day" | "week" | "month" | "never" }

export type CallTokens = { /** All of the input, what came from a cache and went into it included. */ input: number; /** Of the input, read from a cache. */ cache_read: number; /** Of the input, written to a cache of five minutes. */ cache_write_5m: number; /** Of the input, written to a cache of an hour. */ cache_write_1h: number; /** All of the output, reasoning included. */ output: number; /** Of the output, reasoning. */ reasoning: number; /** Of the input, sound. */ audio_input: number; /** Of the input, pictures. */ image_input: number; /** Of the output, sound. */ audio_output: number; /** Of the output, pictures. */ image_output: number; /** Pictures that were made. */ images: number; /** Searches that the provider made for the model. */ web_searches: number; /** In the provider's word; null = the usual one. */ service_tier: string | null }

export type CatalogueModel = { id: string; object: "catalogue_model"; vendor: string; /** For people; the id where nobody has said. */ name: string; description: string; /** Accepted as well. */ aliases: readonly string[]; /** Empty = not known. */ capabilities: readonly string[]; /** Tokens; null = not known. */ context_length: number | null; /** Likewise. */ max_output_tokens: number | null; /** Unix seconds; null = not known. */ released_at: number | null; /** Its vendor has stopped it, or has said when it stops. */ retired: boolean; /** What the caller pays, the multiplier of the group included; null = none is set. */ price: Price | null; measured: ModelMeasured | null }

export type Checkout = { /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ amount: string | number; /** The card may be charged again when the balance gets low. */ save_card?: boolean | undefined }

export type CheckoutOrder = { id: string; object: "payment_order"; account: string; provider: "stripe"; /** auto = the saved card, when the balance was low. */ kind: "checkout" | "auto"; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; state: "pending" | "paid" | "failed" | "expired"; /** Why it failed. */ failure: string | null; /** Taken back by refunds and disputes. */ reversed: string; /** The provider's id of the payment. */ payment: string | null; /** Unix seconds. */ created_at: number; /** Unix seconds; null = it is not paid. */ paid_at: number | null; /** The page of the payment provider. */ url: string }

export type ConfigFile = { object: "config_file"; /** null: there is no file, and the environment decides. */ path: string | null; /** With a token in the place of each secret that is written out in it. */ text: string | null; version: string | null; writable: boolean; /** Why it cannot be shown or written. */ reason: string | null }

export type ConfigTrial = { object: "config_trial"; /** Whether it could run. */ ok: boolean; problems: readonly { line: number | null; column: number | null; path: string; message: string; hint: string | null }[]; warnings: readonly string[]; /** Against what the file says now; secrets as fingerprints. */ changes: readonly { path: string; /** Absent = it was not there. */ before?: unknown; /** Absent = it is not there any more. */ after?: unknown }[]; /** What waits for a restart, a sentence each. */ restarts: readonly string[] }

export type Confirmation = { /** What stands behind the # in the link. */ token: string; name?: string | undefined; /** 10 characters or more; absent = a passkey is added next. */ password?: string | undefined }

export type Conversation = { id: string; object: "conversation"; /** Unix seconds. */ created_at: number; metadata: Readonly<Record<string, string>> }

export type ConversationPatch = { metadata: (Readonly<Record<string, string>>) | null }

export type CurrentSession = { id: string; object: "session"; /** How it began. */ method: "password" | "passkey" | "oidc" | "link"; /** Which issuer, for oidc; empty otherwise. */ issuer: string; two_factors: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds. */ last_seen_at: number; /** Unix seconds. */ expires_at: number; /** Where it began. */ address: string; user_agent: string; person: Self; /** For the header x-csrf-token of every request that changes something. */ csrf_token: string; /** Until when what asks for a fresh factor is open; null = it is not. */ proved_until: number | null }

export type Error = { error: { /** What happened, to which thing, and what to do. */ message: string; type: string; /** The field at fault, as a path: limits.rpm */ param: string | null; code: "invalid_request" | "previous_response_not_found" | "invalid_api_key" | "insufficient_balance" | "permission_denied" | "model_not_found" | "not_found" | "method_not_allowed" | "request_timeout" | "conflict" | "request_too_large" | "unsupported_media_type" | "upgrade_required" | "rate_limit_exceeded" | "internal_error" | "upstream_error" | "service_unavailable" | "upstream_timeout" } }

export type FactorSummary = { has_password: boolean; passkeys: number; /** Codes of an app. */ totp: boolean; /** Those that are left. */ recovery_codes: number; /** Accounts at issuers. */ identities: number }

export type Factors = { object: "factors"; password: boolean; passkeys: number; totp: boolean; /** Those that are left. */ recovery_codes: number; identities: number }

export type Feedback = { id: string; object: "feedback"; receipt: string; /** Unix seconds. */ created_at: number; score: number | null; label: string | null; corrected_model: string | null }

export type ForgottenPassword = { email: string }

export type Group = { /** The same as name. */ id: string; object: "group"; name: string; models: readonly string[]; price_multiplier: number; /** Its own prices by public model id, before the multiplier; other models cost what they cost everybody. */ prices: Readonly<Record<string, Price>>; /** Whether calls are paid from a wallet. */ billing: "off" | "prepaid"; /** Of each of its accounts. */ limits: Limits; /** Of the whole group together. */ shared_limits: Limits; /** What is kept of its accounts' responses and conversations. */ responses: ResponsesPolicy; /** config = the file: it can only be changed there. */ source: "config" | "database"; /** Unix seconds; null for those of the file. */ created_at: number | null }

export type GroupPatch = { /** Ids of models; * stands for any text, and ["*"] for all of them. */ models?: readonly string[] | undefined; /** What its accounts pay, as a multiple of the price: 0.8 is 20 % off. */ price_multiplier?: number | undefined; /** Whether calls are paid from a wallet. */ billing?: "off" | "prepaid" | undefined; limits?: LimitsPatch | null | undefined; shared_limits?: LimitsPatch | null | undefined; /** Of the models named; null takes a price away, and null instead of the whole takes all. */ prices?: (Readonly<Record<string, NewPrice | null>>) | null | undefined; /** A figure that is absent stays as it is; null instead of the whole brings the defaults back. */ responses?: NewResponsesPolicy | null | undefined }

export type Identity = { id: string; object: "identity"; /** Its address. */ issuer: string; /** As the issuer said last. */ email: string; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_used_at: number | null }

export type Instance = { id: string; object: "instance"; host: string; pid: number; version: string; /** Unix seconds. */ started_at: number; /** Unix seconds: its last sign of life, by the clock of the database. */ seen_at: number; /** The one that answers. */ self: boolean }

export type Invitation = { id: string; object: "invitation"; account: string; /** Whom alone it lets in; null = whoever has the link. */ email: string | null; /** From most rights to fewest. */ role: "owner" | "admin" | "developer" | "viewer"; state: "open" | "accepted" | "declined" | "revoked" | "expired"; /** A person, or `master`. */ invited_by: string; /** Unix seconds. */ created_at: number; /** Unix seconds. */ expires_at: number; /** When it was accepted, declined or taken back. */ ended_at: number | null; /** Who accepted. */ person: string | null }

export type InvitationView = { id: string; object: "invitation_view"; account: string; account_name: string; /** A name; empty = the operator. */ invited_by: string; email: string | null; /** From most rights to fewest. */ role: "owner" | "admin" | "developer" | "viewer"; /** Unix seconds. */ expires_at: number }

export type ItemList = { object: "list"; data: readonly { id: string; type: string }[]; /** '' where there is none. */ first_id: string; /** What ?after= goes on with. */ last_id: string; has_more: boolean }

export type Joining = { /** What stands behind the # in the link. */ token: string; /** Where the invitation is for nobody in particular. */ email?: string | undefined; name?: string | undefined; /** 10 characters or more; absent = a passkey is added next. */ password?: string | undefined }

export type Key = { id: string; object: "api_key"; name: string; /** Its beginning, to recognise it by. */ prefix: string; last4: string; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ expires_at: number | null; scopes: readonly "keys:manage"[]; /** Its own. Those of the key that made it, and of the account, hold as well. */ limits: Limits; budget: Budget | null; /** Null = all that its group may use. */ models: (readonly string[]) | null; /** Null = all. */ endpoints: (readonly string[]) | null; /** Null = from anywhere. */ addresses: (readonly string[]) | null; /** The key or the person that made it, or `master`. */ made_by: string; /** Null = the account's. */ group: string | null; /** For the operator only. */ account?: string | undefined; /** Unix seconds; null = never. */ last_used_at: number | null; /** Unix seconds; null = never. */ revoked_at: number | null; /** Until when the secret from before the last rotation works; null = there is none. */ previous_expires_at: number | null }

export type KeyPatch = { name?: string | undefined; /** Seconds from now; null = never, or when its maker does. */ expires_in?: number | null | undefined; limits?: LimitsPatch | null | undefined; budget?: { /** US$. */ amount: string | number; /** When it begins anew. */ reset?: "day" | "week" | "month" | "never" | undefined } | null | undefined; models?: (readonly string[]) | null | undefined; endpoints?: (readonly string[]) | null | undefined; addresses?: (readonly string[]) | null | undefined; /** What else it may do: keys:manage, or nothing. Absent = its maker's. */ scopes?: (readonly "keys:manage"[]) | null | undefined; /** Whose models, limits and prices hold, instead of the account's group; for the operator only. */ group?: string | null | undefined }

export type KnownModel = { id: string; object: "known_model"; vendor: string; name: string; description: string; context_length: number | null; max_output_tokens: number | null; capabilities: readonly string[]; /** The vendor's list price. */ price: Price | null; /** What the vendor calls it. */ vendor_id: string; aliases: readonly string[]; retired: boolean; /** Unix seconds. */ released_at: number }

export type KnownProvider = { id: string; object: "known_provider"; /** A good name for it. */ name: string; title: string; /** server = one that people run themselves. */ kind: "vendor" | "cloud" | "server" | "other"; type: string; /** Empty = there is none that everybody has. */ base_url: string; /** Whose models it serves by itself; empty = it has to be said which. */ vendor: string; quirks: string; /** Where keys are made. */ keys_page: string; fields: readonly { name: string; kind: "text" | "secret" | "secret-text"; required: boolean; example: string }[] }

export type Latency = { /** Half of the calls were faster; exact to some 20 %. */ p50_ms: number; p95_ms: number; /** Exact. */ mean_ms: number }

export type LimitStanding = { /** Whose limit it is. */ of: "key" | "account" | "group" | "model" | "credential"; name: string; limit: "rpm" | "tpm" | "concurrency" | "requests_per_day" | "requests_per_month" | "budget"; /** Requests, tokens or slots as a whole number; of a budget US$ as text with nine places. */ max: number | string; /** Requests, tokens or slots as a whole number; of a budget US$ as text with nine places. */ used: number | string; /** Requests, tokens or slots as a whole number; of a budget US$ as text with nine places. */ remaining: number | string; /** Unix seconds; null for what slides (60 seconds), for slots, and for a budget that never begins anew. */ resets_at: number | null }

export type Limits = { /** Requests in any 60 seconds. */ rpm?: number | undefined; /** Tokens in any 60 seconds. */ tpm?: number | undefined; /** Requests at the same time. */ concurrency?: number | undefined; /** Requests per calendar day of the account. */ requests_per_day?: number | undefined; /** Requests per calendar month of the account. */ requests_per_month?: number | undefined }

export type LimitsPatch = { /** Requests per minute. */ rpm?: number | null | undefined; /** Tokens per minute. */ tpm?: number | null | undefined; /** Requests at the same time. */ concurrency?: number | null | undefined; /** Requests per calendar day. */ requests_per_day?: number | null | undefined; /** Requests per calendar month. */ requests_per_month?: number | null | undefined }

export type LinkLogIn = { /** What stands behind the # in the link. */ token: string; /** Of the first operator. */ email?: string | undefined; name?: string | undefined; /** 10 characters or more. Without one, add a passkey next. */ password?: string | undefined }

export type LogIn = { object: "log_in"; /** done = you are in; the cookie is set. */ state: "done" | "second_factor"; /** What is asked for next; empty when it is done. */ methods: readonly ("totp" | "passkey" | "recovery_code")[]; session: CurrentSession | null }

export type LogInMethods = { object: "log_in_methods"; password: boolean; passkey: true; sign_up: "open" | "invitation" | "off"; issuers: readonly { name: string; title: string; url: string }[] }

export type LowBalance = { /** US$, a decimal with nine places. Text, so that no reader rounds it. */ threshold: string; webhook_url: string | null; email: string | null }

export type MadeAccessToken = { id: string; object: "access_token"; name: string; /** The token itself: shown this once. */ value: string; /** Its beginning: enough to tell it by. */ prefix: string; last4: string; /** `read`: look. `write`: change. `secrets`: make and rotate API keys, which asks a browser for a fresh factor. `operator`: be the operator as well. Money, factors, roles and tokens are for no token. */ scopes: readonly ("read" | "write" | "secrets" | "operator")[]; /** The only account that it reaches; null = all of yours. */ account: string | null; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ expires_at: number | null; /** Unix seconds; null = never. */ last_used_at: number | null }

export type MadeInvitation = { id: string; object: "invitation"; account: string; /** Whom alone it lets in; null = whoever has the link. */ email: string | null; /** From most rights to fewest. */ role: "owner" | "admin" | "developer" | "viewer"; state: "open" | "accepted" | "declined" | "revoked" | "expired"; /** A person, or `master`. */ invited_by: string; /** Unix seconds. */ created_at: number; /** Unix seconds. */ expires_at: number; /** When it was accepted, declined or taken back. */ ended_at: number | null; /** Who accepted. */ person: string | null; /** The link, shown this once; null = it went out by mail, and nobody else has it. */ url: string | null }

export type MadeKey = { id: string; object: "api_key"; name: string; /** The key itself: shown this once. */ key: string; /** Its beginning, to recognise it by. */ prefix: string; last4: string; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ expires_at: number | null; scopes: readonly "keys:manage"[]; /** Its own. Those of the key that made it, and of the account, hold as well. */ limits: Limits; budget: Budget | null; /** Null = all that its group may use. */ models: (readonly string[]) | null; /** Null = all. */ endpoints: (readonly string[]) | null; /** Null = from anywhere. */ addresses: (readonly string[]) | null; /** The key or the person that made it, or `master`. */ made_by: string; /** Null = the account's. */ group: string | null; /** For the operator only. */ account?: string | undefined; /** Unix seconds; null = never. */ last_used_at: number | null; /** Unix seconds; null = never. */ revoked_at: number | null; /** Until when the secret from before the last rotation works; null = there is none. */ previous_expires_at: number | null }

export type MadePerson = { id: string; object: "person"; email: string; /** When it became sure that the address is theirs; null = it is not. */ email_verified_at: number | null; name: string; /** Runs this gateway. */ operator: boolean; status: "active" | "suspended"; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_log_in_at: number | null; link: OneTimeLink }

export type MadeRedeemCodes = { id: string; object: "redeem_code_batch"; name: string; /** Of each code. */ amount: string; count: number; /** How many of them have been redeemed. */ redeemed: number; /** Unix seconds; null = never. */ expires_at: number | null; /** Unix seconds. */ created_at: number; /** Since when none of them can be redeemed; null = they can. */ voided_at: number | null; codes: readonly string[] }

export type Me = { object: "me"; operator: boolean; /** Null for a key. */ person: Self | null; /** In which account a person acts, and as what; null for a key. */ acting: Acting | null; /** Null for a person, and for the operator. */ key: Key | null; /** Null for the operator, and for who belongs to none. */ account: Account | null; /** Whose models, limits and prices hold; empty = none. */ group: string; scopes: readonly string[]; /** The earliest of the key and of those that made it; null = never. */ expires_at: number | null; /** Each list must have a pattern that matches; empty = anything. */ models: readonly (readonly string[])[]; /** Each list must have a pattern that matches; empty = anything. */ endpoints: readonly (readonly string[])[]; /** Each list must have a pattern that matches; empty = anything. */ addresses: readonly (readonly string[])[]; time_zone: string }

export type Member = { id: string; object: "member"; account: string; email: string; name: string; /** From most rights to fewest. */ role: "owner" | "admin" | "developer" | "viewer"; /** Who it is; null = nobody with this address has come yet. */ person: string | null; /** suspended = the role counts for nothing. */ status: "active" | "suspended"; /** Unix seconds. */ created_at: number }

export type MemberPatch = { name?: string | undefined; /** From most rights to fewest. */ role?: "owner" | "admin" | "developer" | "viewer" | undefined }

export type Membership = { object: "membership"; member: Member; account: Account }

export type ModelMeasured = { hours: 24; /** Of calls that were answered, or that the gateway or its upstreams failed: the share of the latter. */ error_rate: number; duration: Latency | null; /** Of streams. */ first_token: Latency | null }

export type ModelPrice = { /** Public id of the model. */ id: string; object: "price"; /** What callers pay, before the multiplier of their group; null = nobody has said, and prepaid accounts cannot use the model. */ price: Price | null; /** config = the file: it can only be changed there; database = set here; catalogue = the vendor's list price. */ source: ("config" | "database" | "catalogue") | null; /** Counts the changes made here; null = none ever was. */ version: number | null; /** Who made the last of them: id of a key, or master. */ set_by: string | null; set_at: number | null; /** What the providers of the model charge; null where that is not known. */ costs: readonly { provider: string; model: string; price: Price | null }[] }

export type ModelRoute = { id: string; object: "model_route"; /** found = a provider serves it by itself. Only those of the database can be changed here. */ source: "config" | "found" | "database"; enabled: boolean; /** Why it is not in use although it is enabled. */ fault: string | null; /** As they were set here, in the words of the configuration file; null otherwise. */ settings: (Readonly<Record<string, unknown>>) | null; aliases: readonly string[]; strategy: string; fallbacks: readonly string[]; targets: readonly { provider: string; model: string; weight: number; priority: number; /** What it charges, where the configuration says so. */ price: Price | null; /** What it charges, as far as anybody knows. */ cost: Price | null }[]; limits: Limits; continue_streams: boolean; description: string | null; owned_by: string | null; context_length: number | null; /** What callers pay, before the multiplier of their group; null = nobody said. */ price: Price | null; price_source: ("config" | "database" | "catalogue") | null; created_at: number | null; updated_at: number | null }

export type ModelRoutePatch = { /** Accepted, not listed; an exact id wins. */ aliases?: (readonly string[]) | null | undefined; /** How a target is chosen. */ strategy?: ("weighted" | "least-busy" | "latency" | "cost") | null | undefined; /** Where it is served; the provider that fits when absent. */ targets?: (readonly ({ /** Name of a provider above. */ provider: string; /** The provider's own name of the model; the public id when absent. */ model?: string | undefined; /** Share of the traffic. */ weight?: number | undefined; /** Lower first. */ priority?: number | undefined; /** What this provider charges you; absent = the catalogue's, or else the model's own price. */ price?: { /** US$ per million input tokens. */ input: number | string; /** Input read from a cache; the input price when absent. */ cached_input?: number | string | undefined; /** Input written to a cache that lives minutes; the input price when absent. */ cache_write_5m?: number | string | undefined; /** Input written to a cache that lives an hour; that of the minutes when absent. */ cache_write_1h?: number | string | undefined; /** Sound in the input; the input price when absent. */ audio_input?: number | string | undefined; /** Pictures in the input; the input price when absent. */ image_input?: number | string | undefined; /** US$ per million output tokens. */ output: number | string; /** Output tokens of thinking; the output price when absent. */ reasoning?: number | string | undefined; /** Sound in the output; the output price when absent. */ audio_output?: number | string | undefined; /** Pictures in the output; the output price when absent. */ image_output?: number | string | undefined; /** US$ for each call that is paid for, beside its tokens. */ per_call?: number | string | undefined; /** US$ for each picture made. */ per_image?: number | string | undefined; /** US$ for each search that the provider makes for the model. */ per_web_search?: number | string | undefined; /** Dearer rates for calls with a long input. */ tiers?: readonly { /** Holds for all tokens of calls whose whole input is longer. */ above_input_tokens: number; /** US$ per million input tokens. */ input: number | string; /** Input read from a cache; the input price when absent. */ cached_input?: number | string | undefined; /** Input written to a cache that lives minutes; the input price when absent. */ cache_write_5m?: number | string | undefined; /** Input written to a cache that lives an hour; that of the minutes when absent. */ cache_write_1h?: number | string | undefined; /** Sound in the input; the input price when absent. */ audio_input?: number | string | undefined; /** Pictures in the input; the input price when absent. */ image_input?: number | string | undefined; /** US$ per million output tokens. */ output: number | string; /** Output tokens of thinking; the output price when absent. */ reasoning?: number | string | undefined; /** Sound in the output; the output price when absent. */ audio_output?: number | string | undefined; /** Pictures in the output; the output price when absent. */ image_output?: number | string | undefined }[] | undefined; /** Multiples of the token rates, by what the upstream calls its service tier: { flex: 0.5, priority: 2 }. */ service_tiers?: Readonly<Record<string, number | string>> | undefined } | undefined })[]) | null | undefined; /** limits */ limits?: { /** Requests per minute. */ rpm?: number | undefined; /** Tokens per minute. */ tpm?: number | undefined; /** Requests at the same time. */ concurrency?: number | undefined; /** Requests of a day, UTC. */ requests_per_day?: number | undefined; /** Requests of a month, UTC. */ requests_per_month?: number | undefined } | null | undefined; /** Public ids tried, in this order, when every target failed. */ fallbacks?: (readonly string[]) | null | undefined; /** When an upstream dies in the middle of a stream, another one goes on with the answer. */ continue_streams?: boolean | null | undefined; /** One sentence for people; the catalogue's when absent. */ description?: string | null | undefined; /** Vendor; the catalogue's when absent. */ owned_by?: string | null | undefined; /** Tokens; the catalogue's when absent. */ context_length?: number | null | undefined; enabled?: boolean | undefined }

export type NewAccessToken = { name: string; /** `read`: look. `write`: change. `secrets`: make and rotate API keys, which asks a browser for a fresh factor. `operator`: be the operator as well. Money, factors, roles and tokens are for no token. */ scopes: readonly ("read" | "write" | "secrets" | "operator")[]; /** Seconds; 90 days when absent, and a year at most. */ expires_in?: number | undefined; /** The only account that it reaches; absent = all of yours. */ account?: string | undefined }

export type NewAccount = { name: string; /** A person or a team. */ kind?: "person" | "team" | undefined; /** Name of its group; empty = the group default, where there is one. */ group?: string | undefined; /** IANA name: where days, weeks and months begin. */ time_zone?: string | undefined; limits?: NewLimits | null | undefined; budget?: { /** US$. */ amount: string | number; /** When it begins anew. */ reset?: "day" | "week" | "month" | "never" | undefined } | null | undefined }

export type NewConversation = { items?: (readonly { type?: string | undefined }[]) | null | undefined; metadata?: (Readonly<Record<string, string>>) | null | undefined }

export type NewConversationItems = { /** As `input` of a response has them; 20 at most. */ items: readonly { type?: string | undefined }[] }

export type NewGroup = { /** Letters, digits and any of . _ - */ name: string; /** Limits to begin with: free 100 RPM, pro 1000 RPM. */ preset?: "free" | "pro" | "enterprise" | undefined; /** Ids of models; * stands for any text, and ["*"] for all of them. */ models?: readonly string[] | undefined; /** What its accounts pay, as a multiple of the price: 0.8 is 20 % off. */ price_multiplier?: number | undefined; /** Whether calls are paid from a wallet. */ billing?: "off" | "prepaid" | undefined; /** Of each of its accounts. */ limits?: NewLimits | null | undefined; /** Of the whole group together. */ shared_limits?: NewLimits | null | undefined; /** Its own prices by public model id, before the multiplier; other models cost what they cost everybody. */ prices?: (Readonly<Record<string, NewPrice>>) | null | undefined; /** What is kept of its accounts' responses and conversations. */ responses?: NewResponsesPolicy | null | undefined }

export type NewInvitation = { /** Absent = a link for whoever has it. */ email?: string | undefined; /** developer, when absent. */ role?: "owner" | "admin" | "developer" | "viewer" | undefined }

export type NewKey = { /** What it is for. */ name: string; /** Seconds; absent or null = never, or when its maker does. */ expires_in?: number | null | undefined; limits?: NewLimits | null | undefined; budget?: { /** US$. */ amount: string | number; /** When it begins anew. */ reset?: "day" | "week" | "month" | "never" | undefined } | null | undefined; models?: (readonly string[]) | null | undefined; endpoints?: (readonly string[]) | null | undefined; addresses?: (readonly string[]) | null | undefined; /** What else it may do: keys:manage, or nothing. Absent = its maker's. */ scopes?: (readonly "keys:manage"[]) | null | undefined; /** Whose models, limits and prices hold, instead of the account's group; for the operator only. */ group?: string | null | undefined; /** Whose key it is; for the operator, who otherwise makes his own. */ account?: string | null | undefined }

export type NewLimits = { /** Requests per minute. */ rpm?: number | null | undefined; /** Tokens per minute. */ tpm?: number | null | undefined; /** Requests at the same time. */ concurrency?: number | null | undefined; /** Requests per calendar day. */ requests_per_day?: number | null | undefined; /** Requests per calendar month. */ requests_per_month?: number | null | undefined }

export type NewMember = { /** Once per account. */ email: string; /** The part before the @, when absent. */ name?: string | undefined; /** developer, when absent. */ role?: "owner" | "admin" | "developer" | "viewer" | undefined }

export type NewModelRoute = { /** Public id; may hold one "*", which a target's model repeats. */ id: string; /** Accepted, not listed; an exact id wins. */ aliases?: (readonly string[]) | null | undefined; /** How a target is chosen. */ strategy?: ("weighted" | "least-busy" | "latency" | "cost") | null | undefined; /** Where it is served; the provider that fits when absent. */ targets?: (readonly ({ /** Name of a provider above. */ provider: string; /** The provider's own name of the model; the public id when absent. */ model?: string | undefined; /** Share of the traffic. */ weight?: number | undefined; /** Lower first. */ priority?: number | undefined; /** What this provider charges you; absent = the catalogue's, or else the model's own price. */ price?: { /** US$ per million input tokens. */ input: number | string; /** Input read from a cache; the input price when absent. */ cached_input?: number | string | undefined; /** Input written to a cache that lives minutes; the input price when absent. */ cache_write_5m?: number | string | undefined; /** Input written to a cache that lives an hour; that of the minutes when absent. */ cache_write_1h?: number | string | undefined; /** Sound in the input; the input price when absent. */ audio_input?: number | string | undefined; /** Pictures in the input; the input price when absent. */ image_input?: number | string | undefined; /** US$ per million output tokens. */ output: number | string; /** Output tokens of thinking; the output price when absent. */ reasoning?: number | string | undefined; /** Sound in the output; the output price when absent. */ audio_output?: number | string | undefined; /** Pictures in the output; the output price when absent. */ image_output?: number | string | undefined; /** US$ for each call that is paid for, beside its tokens. */ per_call?: number | string | undefined; /** US$ for each picture made. */ per_image?: number | string | undefined; /** US$ for each search that the provider makes for the model. */ per_web_search?: number | string | undefined; /** Dearer rates for calls with a long input. */ tiers?: readonly { /** Holds for all tokens of calls whose whole input is longer. */ above_input_tokens: number; /** US$ per million input tokens. */ input: number | string; /** Input read from a cache; the input price when absent. */ cached_input?: number | string | undefined; /** Input written to a cache that lives minutes; the input price when absent. */ cache_write_5m?: number | string | undefined; /** Input written to a cache that lives an hour; that of the minutes when absent. */ cache_write_1h?: number | string | undefined; /** Sound in the input; the input price when absent. */ audio_input?: number | string | undefined; /** Pictures in the input; the input price when absent. */ image_input?: number | string | undefined; /** US$ per million output tokens. */ output: number | string; /** Output tokens of thinking; the output price when absent. */ reasoning?: number | string | undefined; /** Sound in the output; the output price when absent. */ audio_output?: number | string | undefined; /** Pictures in the output; the output price when absent. */ image_output?: number | string | undefined }[] | undefined; /** Multiples of the token rates, by what the upstream calls its service tier: { flex: 0.5, priority: 2 }. */ service_tiers?: Readonly<Record<string, number | string>> | undefined } | undefined })[]) | null | undefined; /** limits */ limits?: { /** Requests per minute. */ rpm?: number | undefined; /** Tokens per minute. */ tpm?: number | undefined; /** Requests at the same time. */ concurrency?: number | undefined; /** Requests of a day, UTC. */ requests_per_day?: number | undefined; /** Requests of a month, UTC. */ requests_per_month?: number | undefined } | null | undefined; /** Public ids tried, in this order, when every target failed. */ fallbacks?: (readonly string[]) | null | undefined; /** When an upstream dies in the middle of a stream, another one goes on with the answer. */ continue_streams?: boolean | null | undefined; /** One sentence for people; the catalogue's when absent. */ description?: string | null | undefined; /** Vendor; the catalogue's when absent. */ owned_by?: string | null | undefined; /** Tokens; the catalogue's when absent. */ context_length?: number | null | undefined; enabled?: boolean | undefined }

export type NewOwnAccount = { name: string; /** team, when absent. */ kind?: "person" | "team" | undefined; /** IANA name: where days, weeks and months begin. */ time_zone?: string | undefined }

export type NewPerson = { email: string; /** The part before the @, when absent. */ name?: string | undefined; operator?: boolean | undefined }

export type NewPrice = { /** US$ per million input tokens. */ input: number | string; /** Input read from a cache; the input price when absent. */ cached_input?: number | string | undefined; /** Input written to a cache that lives minutes; the input price when absent. */ cache_write_5m?: number | string | undefined; /** Input written to a cache that lives an hour; that of the minutes when absent. */ cache_write_1h?: number | string | undefined; /** Sound in the input; the input price when absent. */ audio_input?: number | string | undefined; /** Pictures in the input; the input price when absent. */ image_input?: number | string | undefined; /** US$ per million output tokens. */ output: number | string; /** Output tokens of thinking; the output price when absent. */ reasoning?: number | string | undefined; /** Sound in the output; the output price when absent. */ audio_output?: number | string | undefined; /** Pictures in the output; the output price when absent. */ image_output?: number | string | undefined; /** US$ for each call that is paid for, beside its tokens. */ per_call?: number | string | undefined; /** US$ for each picture made. */ per_image?: number | string | undefined; /** US$ for each search that the provider makes for the model. */ per_web_search?: number | string | undefined; /** Dearer rates for calls with a long input. */ tiers?: readonly { /** Holds for all tokens of calls whose whole input is longer. */ above_input_tokens: number; /** US$ per million input tokens. */ input: number | string; /** Input read from a cache; the input price when absent. */ cached_input?: number | string | undefined; /** Input written to a cache that lives minutes; the input price when absent. */ cache_write_5m?: number | string | undefined; /** Input written to a cache that lives an hour; that of the minutes when absent. */ cache_write_1h?: number | string | undefined; /** Sound in the input; the input price when absent. */ audio_input?: number | string | undefined; /** Pictures in the input; the input price when absent. */ image_input?: number | string | undefined; /** US$ per million output tokens. */ output: number | string; /** Output tokens of thinking; the output price when absent. */ reasoning?: number | string | undefined; /** Sound in the output; the output price when absent. */ audio_output?: number | string | undefined; /** Pictures in the output; the output price when absent. */ image_output?: number | string | undefined }[] | undefined; /** Multiples of the token rates, by what the upstream calls its service tier: { flex: 0.5, priority: 2 }. */ service_tiers?: Readonly<Record<string, number | string>> | undefined }

export type NewProvider = { /** Your name for it; targets refer to it. */ name: string; /** How it is spoken to. */ type?: ("openai" | "openai-compatible" | "azure-openai" | "anthropic" | "gemini" | "vertex" | "bedrock" | "simulator") | null | undefined; /** The vendor's own when absent; openai-compatible and azure-openai need one. Usually ends in /v1. */ base_url?: string | null | undefined; /** openai-compatible: what the server speaks, best first; the known vendor's, or chat, when absent. */ dialects?: (readonly ("chat" | "responses" | "messages")[]) | null | undefined; /** openai-compatible: the vendor whose peculiarities it has; told from base_url when absent. */ quirks?: ("openai" | "deepseek" | "moonshot" | "mistral" | "xai" | "openrouter" | "groq" | "together" | "fireworks" | "cerebras" | "zai" | "qwen" | "ollama" | "llama-cpp" | "lm-studio" | "vllm") | null | undefined; /** azure-openai: for addresses with /openai/deployments; without it, /openai/v1 is used. */ api_version?: string | null | undefined; /** anthropic: the version header where the client sends none; 2023-06-01 when absent. */ anthropic_version?: string | null | undefined; /** vertex: project id; the service account's own when absent. */ project?: string | null | undefined; /** vertex: global, us, eu or a region; global when absent. */ location?: string | null | undefined; /** bedrock: us-east-1 and the like. */ region?: string | null | undefined; /** Share of the traffic, beside the other providers of a model. */ weight?: number | null | undefined; /** Lower first; the next number only when the one before has nothing healthy. */ priority?: number | null | undefined; /** limits */ limits?: { /** Requests per minute. */ rpm?: number | undefined; /** Tokens per minute. */ tpm?: number | undefined; /** Requests at the same time. */ concurrency?: number | undefined } | null | undefined; /** Turns of WebSocket clients go to it over a WebSocket too: for servers whose Responses API has that mode. */ websocket?: boolean | null | undefined; /** false for servers that refuse stream_options; true, or what is known of the vendor, when absent. */ stream_usage?: boolean | null | undefined; /** Open connections per worker. */ max_connections?: number | null | undefined; /** Path under base_url for health.check: models. */ health_path?: string | null | undefined; /** Send model ids that are not listed here, too; on when the gateway has no model list of its own. */ any_model?: boolean | null | undefined; /** Model ids that it serves under the same name; short for entries under models. */ models?: (readonly string[]) | null | undefined; /** Extra request headers; never shown again either. */ headers?: Readonly<Record<string, string>> | undefined; /** Each has its own health and limits. */ credentials?: readonly NewProviderCredential[] | undefined; /** Whether requests go there; true when absent. */ enabled?: boolean | undefined }

export type NewProviderCredential = { /** An API key, or the JSON of a service account (vertex). */ secret?: string | undefined; /** bedrock: instead of secret. */ access_key_id?: string | undefined; /** bedrock: belongs to access_key_id. */ secret_access_key?: string | undefined; /** bedrock: where access_key_id is a temporary one. */ session_token?: string | undefined; /** For people. */ label?: string | undefined }

export type NewRedeemCodes = { /** What they are for. */ name: string; /** US$ that each is worth. */ amount: string | number; /** How many. */ count: number; /** Seconds; absent or null = never. */ expires_in?: number | null | undefined }

export type NewResponsesPolicy = { /** off = nothing is kept, whatever a request says; ttl = for ttl_days; keep = until it is deleted. */ store?: "off" | "ttl" | "keep" | undefined; /** Days; 30 unless said. */ ttl_days?: number | undefined; /** Whether it is encrypted in the database, with a key that is derived from the gateway's secret key. */ encrypt?: boolean | undefined; /** Megabytes of one account; with ttl the oldest responses go to make room, with keep what does not fit is not kept. 1024 unless said. */ quota_mb?: number | undefined; /** Responses of one account. 100000 unless said. */ quota_responses?: number | undefined }

export type OneTimeLink = { object: "link"; /** Works once; whoever has it is that person. Shown this once. */ url: string; /** Unix seconds. */ expires_at: number }

export type Overview = { object: "overview"; /** Unix seconds. */ from: number; /** Unix seconds. */ to: number; now: { calls: number; errors: number; /** Input and output together. */ tokens: number; /** What the calls cost those who made them, US$. */ sale: string; /** Of that, what wallets pay for. */ billed: string; /** What the same calls cost the operator. */ cost: string; /** Sale minus cost. */ margin: string; p50_ms: number | null; p95_ms: number | null; first_token_p50_ms: number | null }; /** Of the same length of time before. */ before: { calls: number; errors: number; /** Input and output together. */ tokens: number; /** What the calls cost those who made them, US$. */ sale: string; /** Of that, what wallets pay for. */ billed: string; /** What the same calls cost the operator. */ cost: string; /** Sale minus cost. */ margin: string; p50_ms: number | null; p95_ms: number | null; first_token_p50_ms: number | null }; providers: { total: number; healthy: number; drained: number }; /** The worst first. */ alerts: readonly { kind: "provider_down" | "provider_fault" | "provider_drained" | "credential_disabled" | "circuit_open" | "model_fault" | "model_without_price" | "model_below_cost" | "config_refused" | "money_violation" | "journal_stuck" | "workers_missing"; level: "critical" | "warning" | "notice"; /** Which provider, credential, model… */ subject: string; /** For people; may be empty. */ detail: string; since: number | null }[] }

export type OwnWallet = { /** Of the account. */ id: string; object: "wallet"; currency: "USD"; /** Available and held together: what is left. */ balance: string; /** What nobody has reserved. */ available: string; /** Reserved for calls under way and for the next ones; what they do not use comes back. */ held: string; /** A locked wallet pays for no call. */ state: "active" | "locked"; lock_reason: string | null; low_balance: LowBalance | null; auto_top_up: AutoTopUp | null; /** off = calls of this key are not charged. */ billing: "off" | "prepaid"; /** Whether money can be paid in here: /api/wallet/checkout. */ can_pay: boolean }

export type Passkey = { id: string; object: "passkey"; name: string; /** It may lie on several devices. */ synced: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_used_at: number | null }

export type PasskeyOptions = { object: "passkey_options"; /** For navigator.credentials: PublicKeyCredential.parse…OptionsFromJSON(). */ options: Readonly<Record<string, unknown>> }

export type PasswordLogIn = { email: string; password: string }

export type PaymentOrder = { id: string; object: "payment_order"; account: string; provider: "stripe"; /** auto = the saved card, when the balance was low. */ kind: "checkout" | "auto"; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; state: "pending" | "paid" | "failed" | "expired"; /** Why it failed. */ failure: string | null; /** Taken back by refunds and disputes. */ reversed: string; /** The provider's id of the payment. */ payment: string | null; /** Unix seconds. */ created_at: number; /** Unix seconds; null = it is not paid. */ paid_at: number | null }

export type Person = { id: string; object: "person"; email: string; /** When it became sure that the address is theirs; null = it is not. */ email_verified_at: number | null; name: string; /** Runs this gateway. */ operator: boolean; status: "active" | "suspended"; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_log_in_at: number | null }

export type PersonDetail = { id: string; object: "person"; email: string; /** When it became sure that the address is theirs; null = it is not. */ email_verified_at: number | null; name: string; /** Runs this gateway. */ operator: boolean; status: "active" | "suspended"; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_log_in_at: number | null; factors: FactorSummary; memberships: readonly Member[] }

export type PersonPatch = { name?: string | undefined; operator?: boolean | undefined }

export type PlaygroundKey = { id: string; object: "playground_key"; key: string; /** Whose it is. */ account: string; /** Unix seconds; null = never. */ expires_at: number | null }

export type Price = { input?: string | undefined; cached_input?: string | undefined; cache_write_5m?: string | undefined; cache_write_1h?: string | undefined; audio_input?: string | undefined; image_input?: string | undefined; output?: string | undefined; reasoning?: string | undefined; audio_output?: string | undefined; image_output?: string | undefined; per_call?: string | undefined; per_image?: string | undefined; per_web_search?: string | undefined; tiers?: readonly { above_input_tokens: number; input?: string | undefined; cached_input?: string | undefined; cache_write_5m?: string | undefined; cache_write_1h?: string | undefined; audio_input?: string | undefined; image_input?: string | undefined; output?: string | undefined; reasoning?: string | undefined; audio_output?: string | undefined; image_output?: string | undefined }[] | undefined; service_tiers?: Readonly<Record<string, string>> | undefined }

export type PriceVersion = { id: string; object: "price_version"; version: number; /** null = taken away. */ price: Price | null; set_by: string; /** Unix seconds. */ set_at: number }

export type Prove = { password?: string | undefined; /** Of your app. */ code?: string | undefined; recovery_code?: string | undefined }

export type Provider = { id: string; object: "provider"; name: string; /** Only those of the database can be changed here; all of them can be drained and weighed. */ source: "config" | "environment" | "database"; type: string; base_url: string; enabled: boolean; /** Why it is not in use although it is enabled. */ fault: string | null; /** As they were set here, in the words of the configuration file; null for those of the file. */ settings: (Readonly<Record<string, unknown>>) | null; /** Of extra request headers; their values are kept to ourselves. */ header_names: readonly string[]; /** The one that counts. */ weight: number; /** As it is configured, where another one counts for now. */ own_weight: number | null; priority: number; limits: Limits; vendor: string | null; any_model: boolean; /** Public ids of models that it serves. */ models: readonly string[]; /** No new attempts there since then; null = it is in use. */ drained_at: number | null; /** null = it is not in use. */ healthy: boolean | null; /** Why it is not healthy. */ reason: string | null; last_check_at: number | null; response_time_ms: number | null; consecutive_failures: number; /** Attempts on their way. */ in_flight: number; credentials: readonly ProviderCredential[]; created_at: number | null; updated_at: number | null }

export type ProviderCredential = { /** Names it, and says nothing about what it is. */ fingerprint: string; /** False: it needs none, or takes what the machine has. */ has_key: boolean; label: string; created_at: number | null; /** No new attempts with it since then; null = it is in use. */ drained_at: number | null; /** The provider refused it; it is tried again by and by. */ disabled: boolean; disabled_reason: string | null; /** It rests after a 429. */ cooling_until: number | null; /** Attempts on their way. */ in_flight: number; current_rpm: number; current_tpm: number; /** By status or cause, since the workers began. */ error_counts: Readonly<Record<string, number>>; /** One for each model that was called with it. */ circuits: readonly { /** The provider's own name of it. */ model: string; /** closed = requests go there. */ state: "closed" | "open" | "half-open"; open_until: number | null; current_rpm: number; current_tpm: number; /** By status or cause, since the workers began. */ error_counts: Readonly<Record<string, number>> }[] }

export type ProviderHistory = { object: "provider_history"; /** Unix seconds. */ from: number; /** Unix seconds. */ to: number; /** How long a slot is. */ slot_seconds: number; /** Oldest first; one in which nothing was checked is not there. */ slots: readonly { /** Unix seconds. */ start: number; checks: number; failed: number; /** Mean of the checks that went well. */ response_time_ms: number | null }[]; /** Newest first. */ events: readonly { id: string; /** Unix seconds. */ at: number; kind: "down" | "up" | "circuit-opened" | "circuit-closed" | "credential-disabled" | "credential-enabled" | "cooling" | "drained" | "undrained"; /** Of the credential; null = the whole provider. */ fingerprint: string | null; model: string | null; reason: string | null; for_seconds: number | null }[] }

export type ProviderPatch = { /** How it is spoken to. */ type?: ("openai" | "openai-compatible" | "azure-openai" | "anthropic" | "gemini" | "vertex" | "bedrock" | "simulator") | null | undefined; /** The vendor's own when absent; openai-compatible and azure-openai need one. Usually ends in /v1. */ base_url?: string | null | undefined; /** openai-compatible: what the server speaks, best first; the known vendor's, or chat, when absent. */ dialects?: (readonly ("chat" | "responses" | "messages")[]) | null | undefined; /** openai-compatible: the vendor whose peculiarities it has; told from base_url when absent. */ quirks?: ("openai" | "deepseek" | "moonshot" | "mistral" | "xai" | "openrouter" | "groq" | "together" | "fireworks" | "cerebras" | "zai" | "qwen" | "ollama" | "llama-cpp" | "lm-studio" | "vllm") | null | undefined; /** azure-openai: for addresses with /openai/deployments; without it, /openai/v1 is used. */ api_version?: string | null | undefined; /** anthropic: the version header where the client sends none; 2023-06-01 when absent. */ anthropic_version?: string | null | undefined; /** vertex: project id; the service account's own when absent. */ project?: string | null | undefined; /** vertex: global, us, eu or a region; global when absent. */ location?: string | null | undefined; /** bedrock: us-east-1 and the like. */ region?: string | null | undefined; /** Share of the traffic, beside the other providers of a model. */ weight?: number | null | undefined; /** Lower first; the next number only when the one before has nothing healthy. */ priority?: number | null | undefined; /** limits */ limits?: { /** Requests per minute. */ rpm?: number | undefined; /** Tokens per minute. */ tpm?: number | undefined; /** Requests at the same time. */ concurrency?: number | undefined } | null | undefined; /** Turns of WebSocket clients go to it over a WebSocket too: for servers whose Responses API has that mode. */ websocket?: boolean | null | undefined; /** false for servers that refuse stream_options; true, or what is known of the vendor, when absent. */ stream_usage?: boolean | null | undefined; /** Open connections per worker. */ max_connections?: number | null | undefined; /** Path under base_url for health.check: models. */ health_path?: string | null | undefined; /** Send model ids that are not listed here, too; on when the gateway has no model list of its own. */ any_model?: boolean | null | undefined; /** Model ids that it serves under the same name; short for entries under models. */ models?: (readonly string[]) | null | undefined; /** Of the headers named; null takes one away, and null instead of the whole takes all. */ headers?: (Readonly<Record<string, string | null>>) | null | undefined; enabled?: boolean | undefined }

export type ProviderTest = { object: "provider_test"; ok: boolean; /** What was asked for; models = the list of them. */ kind: "generate" | "embeddings" | "models"; /** The provider's answer; null = there was none. */ status: number | null; connected_ms: number | null; first_byte_ms: number | null; total_ms: number; /** What the model said. */ reply: string; /** In the provider's own words. */ error: string | null; /** What it lists, where that was asked for. */ models: (readonly string[]) | null }

export type Receipt = { id: string; object: "receipt"; /** Unix seconds. */ created_at: number; request_id: string; /** The name of the picker that was asked for. */ asked_model: string; pool: string; /** Who answered; null = nobody did. */ model: string | null; /** best, kept, tool-loop, escalated, switched, control or explored. */ reason: string; task_types: readonly { type: string; confidence: number }[]; difficulty: number; novelty: number; tradeoff: number; min_quality: number; max_cost: string | null; candidates: readonly { model: string; /** Expected, 0 to 1; null = it was filtered before it was looked at. */ quality: number | null; /** US$ of this request; null = not reckoned. */ expected_cost: string | null; /** Quality less the weighed cost. */ utility: number | null; /** Why it was not picked, in one word; null = it was, or would have stood in. */ reason: string | null }[]; more_candidates: number; /** Who would have stood in, in this order. */ fallbacks: readonly string[]; /** Who was asked before the model that answered. */ failed: readonly string[]; /** Who answered the conversation before. */ previous_model: string | null; /** HTTP status; null = the call is under way. */ status: number | null; usage: { input_tokens: number; cached_tokens: number; cache_write_tokens: number; output_tokens: number; reasoning_tokens: number; /** The provider did not say, and we counted. */ estimated: boolean } | null; /** US$ of the call, as the ledger has it. */ cost: string | null; /** US$ that the wallet paid; null = nobody is charged for the call. */ charged: string | null; baseline_model: string | null; /** US$ that the same call would have cost with the baseline. */ baseline_cost: string | null; /** US$ that the choice itself cost. */ routing_overhead: string; /** US$: baseline_cost less cost less routing_overhead; may be negative. */ savings: string | null }

export type RecoveryCodes = { object: "recovery_codes"; /** Shown this once; each is good once. Empty = those that you have are still good. */ codes: readonly string[] }

export type RedeemCode = { id: string; object: "redeem_code"; /** Its end, to recognise it by. */ last4: string; /** Unix seconds; null = never. */ redeemed_at: number | null; /** An account; null = nobody yet. */ redeemed_by: string | null }

export type RedeemCodeBatch = { id: string; object: "redeem_code_batch"; name: string; /** Of each code. */ amount: string; count: number; /** How many of them have been redeemed. */ redeemed: number; /** Unix seconds; null = never. */ expires_at: number | null; /** Unix seconds. */ created_at: number; /** Since when none of them can be redeemed; null = they can. */ voided_at: number | null }

export type Redemption = { /** Of the transfer. */ id: string; object: "redemption"; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ amount: string; wallet: Wallet }

export type Refund = { /** Id of a top-up, an adjustment or a redeemed code. */ transfer?: string | undefined; /** Id of a call; one of the two. */ request?: string | undefined; /** US$; absent = all that is left of it. */ amount?: string | number | undefined; /** Why, for the statement: the account sees it. */ note?: string | undefined }

export type Request = { /** The x-request-id of its reply. */ id: string; object: "request"; /** Unix seconds. */ created_at: number; /** Unix milliseconds. */ started_at_ms: number; duration_ms: number; /** To the first content of a stream, else to the reply; null when nothing came. */ first_byte_ms: number | null; key: string; account: string; /** Empty = none. */ group: string; endpoint: string; /** The id that was asked for. */ model: string; /** What the client saw; 499 when it left first. */ status: number; /** A code of the error table, `client_gone` or `upstream_cut`; null = none. */ error: string | null; stream: boolean; attempts: number; tokens: CallTokens; /** The provider sent no usage, and this is our estimate. */ tokens_estimated: boolean; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ cost: string; /** What the wallet was charged; null = calls of this key are not charged. */ charged: string | null; /** For the operator only: what the provider charges. */ provider_cost?: string | undefined; /** For the operator only: the name of the provider that answered. */ provider?: string | undefined; /** For the operator only: what the provider calls the model. */ upstream_model?: string | undefined; /** For the operator only: each provider that was asked. */ trail?: readonly { provider: string; /** Of the provider; empty = not known. */ credential: string; upstream_model: string; /** `ok`, or what went wrong. */ outcome: string; /** After the request came in; null = not known. */ started_ms: number | null; duration_ms: number }[] | undefined }

export type RequestCost = { lines: readonly { /** What was counted: input, cached_input, output, reasoning, call, image… */ class: string; unit: "token" | "call" | "image" | "search"; quantity: number; /** US$ for a million tokens, or for one call, picture or search, before the multipliers. */ rate: string; /** Of the service tier that the provider charged. */ service_multiplier: number; /** Of the caller's group. */ price_multiplier: number; /** US$, exact: the sum of all lines is rounded up once, to the nano-dollar. */ amount: string }[]; /** US$: the sum of the lines before it was rounded up. */ exact: string; /** Where the price tier begins that held; 0 = the price without tiers. */ above_input_tokens: number; /** The price that held, as it is kept with the call. */ price: string }

export type RequestDetail = { /** The x-request-id of its reply. */ id: string; object: "request"; /** Unix seconds. */ created_at: number; /** Unix milliseconds. */ started_at_ms: number; duration_ms: number; /** To the first content of a stream, else to the reply; null when nothing came. */ first_byte_ms: number | null; key: string; account: string; /** Empty = none. */ group: string; endpoint: string; /** The id that was asked for. */ model: string; /** What the client saw; 499 when it left first. */ status: number; /** A code of the error table, `client_gone` or `upstream_cut`; null = none. */ error: string | null; stream: boolean; attempts: number; tokens: CallTokens; /** The provider sent no usage, and this is our estimate. */ tokens_estimated: boolean; /** US$, a decimal with nine places. Text, so that no reader rounds it. */ cost: string; /** What the wallet was charged; null = calls of this key are not charged. */ charged: string | null; /** For the operator only: what the provider charges. */ provider_cost?: string | undefined; /** For the operator only: the name of the provider that answered. */ provider?: string | undefined; /** For the operator only: what the provider calls the model. */ upstream_model?: string | undefined; /** For the operator only: each provider that was asked. */ trail?: readonly { provider: string; /** Of the provider; empty = not known. */ credential: string; upstream_model: string; /** `ok`, or what went wrong. */ outcome: string; /** After the request came in; null = not known. */ started_ms: number | null; duration_ms: number }[] | undefined; price: RequestCost | null; /** In order; what the gateway did not measure is not made up. */ timeline: readonly { event: "accepted" | "attempt" | "first_content" | "ended"; /** After the request came in; null = not measured, as of an attempt that answered at once. */ at_ms: number | null; /** Of an attempt; null = not measured. */ duration_ms: number | null; /** Of an attempt. `busy`: the upstream was at its limit; `request_refused`: it found fault with the request. */ outcome: ("ok" | "unreachable" | "timeout" | "broke_off" | "busy" | "failed" | "request_refused" | "abandoned" | "restarted") | null; /** Counted from 1. */ attempt: number | null; /** For the operator only. */ provider?: string | undefined; /** For the operator only; empty = not known. */ credential?: string | undefined; /** For the operator only. */ upstream_model?: string | undefined; /** For the operator only: what went wrong, as the metrics name it. */ cause?: string | undefined }[]; money: RequestMoney | null }

export type RequestMoney = { /** The most that the call could have cost; null = an older release made it. */ held: string | null; /** What was taken for good. */ charged: string; /** Of what was held, what went back. */ released: string | null; /** Of the cost, what the operator bears. */ lost: string; /** Of the wallet, with other calls; null = nothing was taken. */ transfer: string | null; /** Unix seconds; null = never. */ charged_at: number | null }

export type Response = { id: string; object: "response"; /** Unix seconds. */ created_at: number; status: "completed" | "failed" | "in_progress" | "cancelled" | "queued" | "incomplete"; model: string; output: readonly { type: string }[] }

export type ResponsesPolicy = { /** off = nothing is kept, whatever a request says; ttl = for ttl_days; keep = until it is deleted. */ store: "off" | "ttl" | "keep"; /** Days. */ ttl_days: number; /** Whether it is encrypted in the database, with a key that is derived from the gateway's secret key. */ encrypt: boolean; /** Megabytes of one account; with ttl the oldest responses go to make room, with keep what does not fit is not kept. */ quota_mb: number; /** Responses of one account. */ quota_responses: number }

export type Rotation = { /** How long the old secret still works; 0, when absent: it ends now. */ grace_seconds?: number | undefined }

export type Self = { id: string; object: "person"; email: string; email_verified: boolean; name: string; /** Runs this gateway. */ operator: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds; null = never. */ last_log_in_at: number | null }

export type Session = { id: string; object: "session"; /** How it began. */ method: "password" | "passkey" | "oidc" | "link"; /** Which issuer, for oidc; empty otherwise. */ issuer: string; two_factors: boolean; /** Unix seconds. */ created_at: number; /** Unix seconds. */ last_seen_at: number; /** Unix seconds. */ expires_at: number; /** Where it began. */ address: string; user_agent: string; /** The one that asks. */ current: boolean }

export type SignUp = { email: string; name?: string | undefined }

export type StatusComponent = { id: string; object: "status_component"; kind: "gateway" | "database" | "upstreams"; /** Of upstreams: the vendor or type. Else empty. */ name: string; /** In the newest step; unknown = nobody looked for a quarter of an hour. */ state: "operational" | "degraded" | "down" | "unknown"; /** In the newest step; null where nothing is measured. */ response_ms: number | null; /** Of all looks of these days; null = there was none. */ uptime: number | null; days: { /** For each day the share of looks that found it well; null = nobody looked. */ uptime: readonly (number | null)[]; /** For each day the share of it in which somebody looked: uptime says nothing about the rest. */ observed: readonly number[] }; steps: { /** As of the days, for each step. */ uptime: readonly (number | null)[] } }

export type StatusHistory = { object: "status_history"; /** Unix seconds: until when. */ at: number; /** Unix seconds: where the first day begins. Days are those of UTC, the last is today. */ days_from: number; days: number; /** Unix seconds: where the first step begins. */ steps_from: number; step_seconds: number; steps: number; components: readonly StatusComponent[] }

export type System = { object: "system"; version: string; node: string; pid: number; /** Unix seconds. */ started_at: number; accepting: boolean; /** Of the primary process. */ memory_bytes: number; workers: { ready: number; configured: number }; /** Whether one is configured. */ redis: boolean; /** False: a worker cannot write usage down, and lets nothing in. */ journal_is_well: boolean; database: { kind: "sqlite" | "postgres"; name: string; /** null = it does not answer. */ bytes: number | null; schema_version: number | null }; folders: readonly { name: "journal" | "backups" | "config-history" | "database-log"; bytes: number; files: number }[]; queues: { /** Of usage journals on this machine, what is in the database already included. */ journal_bytes: number; /** Messages to webhooks and mailboxes that are to go out. */ notices: number | null; /** Background responses that are not done. */ jobs: number | null }; retention: { /** 0 = for ever. */ records_days: number; hours_days: number; days_days: number }; invariants: { checked_at: number | null; fully_checked_at: number | null; looks: number; violations: readonly { invariant: string; account: string; message: string }[] }; /** Why the last reload was refused. */ config_error: string | null }

export type Tokens = { /** All of the input, what came from a cache and went into it included. */ input: number; /** Of the input, read from a cache. */ cache_read: number; /** Of the input, written to a cache of five minutes. */ cache_write_5m: number; /** Of the input, written to a cache of an hour. */ cache_write_1h: number; /** All of the output, reasoning included. */ output: number; /** Of the output, reasoning. */ reasoning: number }

export type TopUp = { /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ amount: string | number; /** Why, for the statement: the account sees it. */ note?: string | undefined }

export type Totp = { object: "totp"; /** Base32, to be typed. */ secret: string; /** otpauth://, to be shown as a QR code. */ url: string }

export type Transfer = { id: string; /** Unix seconds. */ created_at: number; kind: "usage" | "top_up" | "redeem" | "payment" | "refund" | "chargeback" | "adjustment" | "correction"; /** What the wallet gained; negative = lost. */ amount: string; note: string | null; /** What it is about: an order, a code, a call. */ reference: string | null; /** The transfer that it refunds or corrects. */ corrects: string | null; object: "transfer"; /** It had been done before; nothing was moved now. */ repeated: boolean; wallet: Wallet }

export type Usage = { object: "usage"; /** Unix seconds. */ from: number; /** Unix seconds. */ to: number; time_zone: string; group_by: ("model" | "key" | "account" | "provider" | "endpoint" | "status") | null; step: ("hour" | "day" | "month") | null; /** Of the whole range, whatever page this is. */ total: UsageFigures; /** With step: its points, oldest first, none left out. Else the groups, dearest first. */ data: readonly (UsagePoint | UsageGroup)[]; has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string | undefined }

export type UsageFigures = { /** Calls that began in this time. */ calls: number; /** Of them those that failed; a client that left is no failure. */ errors: number; /** Of them those that a provider was asked for. */ sent: number; tokens: Tokens; /** At the price of the caller, whether or not it was charged. */ cost: string; /** What wallets were charged. */ charged: string; /** For the operator only: what the providers charge. */ provider_cost?: string | undefined; /** From the request to the end of the reply; null = no call had one. */ duration: Latency | null; /** From the request to the first content of a stream. */ first_token: Latency | null }

export type UsageGroup = { /** Of the model, key, account, provider, path or status class. */ name: string; /** Calls that began in this time. */ calls: number; /** Of them those that failed; a client that left is no failure. */ errors: number; /** Of them those that a provider was asked for. */ sent: number; tokens: Tokens; /** At the price of the caller, whether or not it was charged. */ cost: string; /** What wallets were charged. */ charged: string; /** For the operator only: what the providers charge. */ provider_cost?: string | undefined; /** From the request to the end of the reply; null = no call had one. */ duration: Latency | null; /** From the request to the first content of a stream. */ first_token: Latency | null }

export type UsagePoint = { /** Where the step begins, or the range, if that begins later. */ start: number; /** Unix seconds. */ end: number; /** In the time zone. */ label: string; total: UsageFigures; /** Those in which something happened, dearest first. */ groups: readonly UsageGroup[] }

export type Wallet = { /** Of the account. */ id: string; object: "wallet"; currency: "USD"; /** Available and held together: what is left. */ balance: string; /** What nobody has reserved. */ available: string; /** Reserved for calls under way and for the next ones; what they do not use comes back. */ held: string; /** A locked wallet pays for no call. */ state: "active" | "locked"; lock_reason: string | null }

export type WalletDetail = { /** Of the account. */ id: string; object: "wallet"; currency: "USD"; /** Available and held together: what is left. */ balance: string; /** What nobody has reserved. */ available: string; /** Reserved for calls under way and for the next ones; what they do not use comes back. */ held: string; /** A locked wallet pays for no call. */ state: "active" | "locked"; lock_reason: string | null; low_balance: LowBalance | null; auto_top_up: AutoTopUp | null }

export type WalletEntry = { id: string; /** Unix seconds. */ created_at: number; kind: "usage" | "top_up" | "redeem" | "payment" | "refund" | "chargeback" | "adjustment" | "correction"; /** What the wallet gained; negative = lost. */ amount: string; note: string | null; /** What it is about: an order, a code, a call. */ reference: string | null; /** The transfer that it refunds or corrects. */ corrects: string | null; object: "wallet_entry"; /** Of the wallet after it. */ balance: string; /** For the operator only: who did it. */ actor?: string | undefined }

export type WalletLock = { reason: string }

export type WalletPatch = { /** null = tell nobody. */ low_balance?: { /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ threshold: string | number; /** https only; messages are signed, see /api/wallet/webhook-key. */ webhook_url?: string | null | undefined; email?: string | null | undefined } | null | undefined; /** Needs a card that was saved with a top-up; null = never. */ auto_top_up?: { /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ threshold: string | number; /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ amount: string | number; /** US$: "12.50" or 12.5, at most 9 places and 1,000,000 at once. */ daily_cap: string | number } | null | undefined }

export interface Operations {
  createKey: { params: Nothing; query: Nothing; body: NewKey; reply: MadeKey }
  listKeys: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; account?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly Key[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getKey: { params: { key_id: string }; query: Nothing; body: Nothing; reply: Key }
  updateKey: { params: { key_id: string }; query: Nothing; body: KeyPatch; reply: Key }
  revokeKey: { params: { key_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "api_key"; deleted: true } }
  rotateKey: { params: { key_id: string }; query: Nothing; body: Rotation; reply: MadeKey }
  getLogInMethods: { params: Nothing; query: Nothing; body: Nothing; reply: LogInMethods }
  logInWithPassword: { params: Nothing; query: Nothing; body: PasswordLogIn; reply: LogIn }
  logInWithCode: { params: Nothing; query: Nothing; body: { code: string }; reply: LogIn }
  logInWithRecoveryCode: { params: Nothing; query: Nothing; body: { code: string }; reply: LogIn }
  askForPasskey: { params: Nothing; query: Nothing; body: { email?: string | undefined }; reply: PasskeyOptions }
  logInWithPasskey: { params: Nothing; query: Nothing; body: { /** What navigator.credentials.get() gave, as toJSON() writes it. */ credential: { id: string; response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string | null | undefined } } }; reply: LogIn }
  lookAtLink: { params: Nothing; query: Nothing; body: { token: string }; reply: { object: "link"; kind: "set_up" | "reset" | "confirm"; /** Whose it is; null = whoever sets this gateway up. */ email: string | null; /** Unix seconds. */ expires_at: number } }
  logInWithLink: { params: Nothing; query: Nothing; body: LinkLogIn; reply: LogIn }
  logInWithIssuer: { params: { name: string }; query: { return_to?: string | undefined }; body: Nothing; reply: null }
  arriveFromIssuer: { params: { name: string }; query: Nothing; body: Nothing; reply: null }
  signUp: { params: Nothing; query: Nothing; body: SignUp; reply: { object: "mail"; /** The same for every address: whether it is known, the mail alone says. */ sent: true } }
  confirmSignUp: { params: Nothing; query: Nothing; body: Confirmation; reply: LogIn }
  joinByInvitation: { params: Nothing; query: Nothing; body: Joining; reply: LogIn }
  forgotPassword: { params: Nothing; query: Nothing; body: ForgottenPassword; reply: { object: "mail"; /** The same for every address: whether it is known, the mail alone says. */ sent: true } }
  getSession: { params: Nothing; query: Nothing; body: Nothing; reply: ActingSession }
  logOut: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "session"; deleted: true; /** Where one logs out at the issuer as well; null = nowhere. */ issuer_url: string | null } }
  prove: { params: Nothing; query: Nothing; body: Prove; reply: CurrentSession }
  askForProof: { params: Nothing; query: Nothing; body: Nothing; reply: PasskeyOptions }
  proveWithPasskey: { params: Nothing; query: Nothing; body: { /** What navigator.credentials.get() gave, as toJSON() writes it. */ credential: { id: string; response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string | null | undefined } } }; reply: CurrentSession }
  proveWithIssuer: { params: { name: string }; query: Nothing; body: Nothing; reply: { object: "journey"; url: string } }
  streamSession: { params: Nothing; query: Nothing; body: Nothing; reply: null }
  updateProfile: { params: Nothing; query: Nothing; body: { name: string }; reply: Self }
  listSessions: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Session[]; has_more: false } }
  endOtherSessions: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "sessions"; ended: number } }
  endSession: { params: { session_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "session"; deleted: true } }
  listIdentities: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Identity[]; has_more: false } }
  connectIssuer: { params: Nothing; query: Nothing; body: { /** Its name, as /api/login has it. */ issuer: string }; reply: { object: "journey"; url: string } }
  disconnectIssuer: { params: { identity_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "identity"; deleted: true } }
  getFactors: { params: Nothing; query: Nothing; body: Nothing; reply: Factors }
  setPassword: { params: Nothing; query: Nothing; body: { /** 10 characters or more. */ password: string }; reply: { object: "factors"; changed: true } }
  removePassword: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "factors"; changed: true } }
  listPasskeys: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Passkey[]; has_more: false } }
  addPasskey: { params: Nothing; query: Nothing; body: { /** What navigator.credentials.create() gave, as toJSON() writes it. */ credential: { id: string; response: { clientDataJSON: string; attestationObject: string; transports?: readonly string[] | undefined } }; /** To tell it by. */ name?: string | undefined }; reply: Passkey }
  beginPasskey: { params: Nothing; query: Nothing; body: Nothing; reply: PasskeyOptions }
  renamePasskey: { params: { passkey_id: string }; query: Nothing; body: { /** To tell it by. */ name: string }; reply: Passkey }
  removePasskey: { params: { passkey_id: string }; query: Nothing; body: Nothing; reply: { object: "factors"; changed: true } }
  beginTotp: { params: Nothing; query: Nothing; body: Nothing; reply: Totp }
  removeTotp: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "factors"; changed: true } }
  confirmTotp: { params: Nothing; query: Nothing; body: { code: string }; reply: RecoveryCodes }
  makeRecoveryCodes: { params: Nothing; query: Nothing; body: Nothing; reply: RecoveryCodes }
  makePlaygroundKey: { params: Nothing; query: Nothing; body: Nothing; reply: PlaygroundKey }
  getMe: { params: Nothing; query: Nothing; body: Nothing; reply: Me }
  getLimits: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly LimitStanding[]; has_more: false } }
  getUsage: { params: Nothing; query: { from?: string | undefined; to?: string | undefined; time_zone?: string | undefined; step?: "hour" | "day" | "month" | undefined; group_by?: "model" | "key" | "account" | "provider" | "endpoint" | "status" | undefined; account?: string | undefined; key?: readonly string[] | undefined; model?: readonly string[] | undefined; endpoint?: readonly string[] | undefined; status?: readonly string[] | undefined; provider?: readonly string[] | undefined; limit?: number | undefined; after?: string | undefined; format?: "json" | "csv" | undefined }; body: Nothing; reply: Usage }
  listRequests: { params: Nothing; query: { from?: string | undefined; to?: string | undefined; time_zone?: string | undefined; account?: string | undefined; key?: readonly string[] | undefined; model?: readonly string[] | undefined; endpoint?: readonly string[] | undefined; status?: readonly string[] | undefined; provider?: readonly string[] | undefined; error?: readonly string[] | undefined; request_id?: string | undefined; limit?: number | undefined; after?: string | undefined; format?: "json" | "csv" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Request[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  streamRequests: { params: Nothing; query: { account?: string | undefined; key?: readonly string[] | undefined; model?: readonly string[] | undefined; endpoint?: readonly string[] | undefined; status?: readonly string[] | undefined; provider?: readonly string[] | undefined; error?: readonly string[] | undefined }; body: Nothing; reply: null }
  getRequest: { params: { request_id: string }; query: Nothing; body: Nothing; reply: RequestDetail }
  listCatalogue: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly CatalogueModel[]; has_more: false; /** Unix seconds: up to when calls are counted. */ measured_at: number } }
  listPublicCatalogue: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly CatalogueModel[]; has_more: false; /** Unix seconds: up to when calls are counted. */ measured_at: number } }
  createAccount: { params: Nothing; query: Nothing; body: NewAccount; reply: Account }
  listAccounts: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; group?: string | undefined; status?: "active" | "suspended" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Account[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getAccount: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Account }
  updateAccount: { params: { account_id: string }; query: Nothing; body: AccountPatch; reply: Account }
  suspendAccount: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Account }
  activateAccount: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Account }
  listAccountKeys: { params: { account_id: string }; query: { limit?: number | undefined; after?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly Key[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  listMemberships: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Membership[]; has_more: false } }
  createOwnAccount: { params: Nothing; query: Nothing; body: NewOwnAccount; reply: Membership }
  addMember: { params: { account_id: string }; query: Nothing; body: NewMember; reply: Member }
  listMembers: { params: { account_id: string }; query: { limit?: number | undefined; after?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly Member[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getMember: { params: { account_id: string; member_id: string }; query: Nothing; body: Nothing; reply: Member }
  updateMember: { params: { account_id: string; member_id: string }; query: Nothing; body: MemberPatch; reply: Member }
  removeMember: { params: { account_id: string; member_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "member"; deleted: true } }
  suspendMember: { params: { account_id: string; member_id: string }; query: Nothing; body: Nothing; reply: Member }
  restoreMember: { params: { account_id: string; member_id: string }; query: Nothing; body: Nothing; reply: Member }
  leaveAccount: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Member }
  transferAccount: { params: { account_id: string }; query: Nothing; body: AccountTransfer; reply: Member }
  createInvitation: { params: { account_id: string }; query: Nothing; body: NewInvitation; reply: MadeInvitation }
  listInvitations: { params: { account_id: string }; query: { limit?: number | undefined; after?: string | undefined; state?: "open" | "accepted" | "declined" | "revoked" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Invitation[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  revokeInvitation: { params: { account_id: string; invitation_id: string }; query: Nothing; body: Nothing; reply: Invitation }
  lookAtInvitation: { params: Nothing; query: Nothing; body: { /** What stands behind the # in the link. */ token: string }; reply: InvitationView }
  acceptInvitation: { params: Nothing; query: Nothing; body: { /** What stands behind the # in the link. */ token: string }; reply: Member }
  declineInvitation: { params: Nothing; query: Nothing; body: { /** What stands behind the # in the link. */ token: string }; reply: Invitation }
  listOwnInvitations: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly InvitationView[]; has_more: false } }
  acceptOwnInvitation: { params: { invitation_id: string }; query: Nothing; body: Nothing; reply: Member }
  declineOwnInvitation: { params: { invitation_id: string }; query: Nothing; body: Nothing; reply: Invitation }
  createAccessToken: { params: Nothing; query: Nothing; body: NewAccessToken; reply: MadeAccessToken }
  listAccessTokens: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly AccessToken[]; has_more: false } }
  revokeAccessToken: { params: { token_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "access_token"; deleted: true } }
  listPeople: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; email?: string | undefined; status?: "active" | "suspended" | undefined; operator?: "true" | "false" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Person[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  createPerson: { params: Nothing; query: Nothing; body: NewPerson; reply: MadePerson }
  getPerson: { params: { person_id: string }; query: Nothing; body: Nothing; reply: PersonDetail }
  updatePerson: { params: { person_id: string }; query: Nothing; body: PersonPatch; reply: Person }
  suspendPerson: { params: { person_id: string }; query: Nothing; body: Nothing; reply: Person }
  restorePerson: { params: { person_id: string }; query: Nothing; body: Nothing; reply: Person }
  createPersonLink: { params: { person_id: string }; query: Nothing; body: { /** Send it to them by mail as well. */ send?: boolean | undefined }; reply: OneTimeLink }
  resetPersonFactors: { params: { person_id: string }; query: Nothing; body: Nothing; reply: OneTimeLink }
  createSetUpLink: { params: Nothing; query: Nothing; body: Nothing; reply: OneTimeLink }
  listGroups: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Group[]; has_more: false } }
  createGroup: { params: Nothing; query: Nothing; body: NewGroup; reply: Group }
  getGroup: { params: { name: string }; query: Nothing; body: Nothing; reply: Group }
  updateGroup: { params: { name: string }; query: Nothing; body: GroupPatch; reply: Group }
  deleteGroup: { params: { name: string }; query: Nothing; body: Nothing; reply: { id: string; object: "group"; deleted: true } }
  getWallet: { params: Nothing; query: Nothing; body: Nothing; reply: OwnWallet }
  updateWallet: { params: Nothing; query: Nothing; body: WalletPatch; reply: WalletDetail }
  listWalletEntries: { params: Nothing; query: { from?: string | undefined; to?: string | undefined; time_zone?: string | undefined; limit?: number | undefined; after?: string | undefined; kind?: readonly string[] | undefined; order?: "newest_first" | "oldest_first" | undefined; format?: "json" | "csv" | undefined }; body: Nothing; reply: { object: "list"; data: readonly WalletEntry[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getWalletWebhookKey: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "webhook_key"; value: string } }
  redeemCode: { params: Nothing; query: Nothing; body: { /** As it is printed; case and dashes do not matter. */ code: string }; reply: Redemption }
  createCheckout: { params: Nothing; query: Nothing; body: Checkout; reply: CheckoutOrder }
  listPayments: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; account?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly PaymentOrder[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getPayment: { params: { order_id: string }; query: Nothing; body: Nothing; reply: PaymentOrder }
  listWallets: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined; state?: "active" | "locked" | undefined }; body: Nothing; reply: { object: "list"; data: readonly Wallet[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getAccountWallet: { params: { account_id: string }; query: Nothing; body: Nothing; reply: WalletDetail }
  updateAccountWallet: { params: { account_id: string }; query: Nothing; body: WalletPatch; reply: WalletDetail }
  listAccountWalletEntries: { params: { account_id: string }; query: { from?: string | undefined; to?: string | undefined; time_zone?: string | undefined; limit?: number | undefined; after?: string | undefined; kind?: readonly string[] | undefined; order?: "newest_first" | "oldest_first" | undefined; format?: "json" | "csv" | undefined }; body: Nothing; reply: { object: "list"; data: readonly WalletEntry[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  topUpWallet: { params: { account_id: string }; query: Nothing; body: TopUp; reply: Transfer }
  adjustWallet: { params: { account_id: string }; query: Nothing; body: Adjustment; reply: Transfer }
  refundWallet: { params: { account_id: string }; query: Nothing; body: Refund; reply: Transfer }
  lockWallet: { params: { account_id: string }; query: Nothing; body: WalletLock; reply: Wallet }
  unlockWallet: { params: { account_id: string }; query: Nothing; body: Nothing; reply: Wallet }
  createRedeemCodes: { params: Nothing; query: { format?: "json" | "csv" | undefined }; body: NewRedeemCodes; reply: MadeRedeemCodes }
  listRedeemCodeBatches: { params: Nothing; query: { limit?: number | undefined; after?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly RedeemCodeBatch[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getRedeemCodeBatch: { params: { batch_id: string }; query: Nothing; body: Nothing; reply: RedeemCodeBatch }
  listRedeemCodes: { params: { batch_id: string }; query: { limit?: number | undefined; after?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly RedeemCode[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  voidRedeemCodes: { params: { batch_id: string }; query: Nothing; body: Nothing; reply: RedeemCodeBatch }
  receiveStripeEvent: { params: Nothing; query: Nothing; body: Nothing; reply: { received: true; /** duplicate = this event was known; ignored = it is of no order of ours. */ outcome: "done" | "duplicate" | "ignored" } }
  getResponse: { params: { response_id: string }; query: { stream?: "0" | "1" | "true" | "false" | "" | undefined; starting_after?: string | undefined; include?: string | undefined; include_obfuscation?: "0" | "1" | "true" | "false" | "" | undefined }; body: Nothing; reply: Response }
  deleteResponse: { params: { response_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "response"; deleted: true } }
  cancelResponse: { params: { response_id: string }; query: Nothing; body: Nothing; reply: Response }
  listInputItems: { params: { response_id: string }; query: { limit?: number | undefined; order?: "asc" | "desc" | undefined; after?: string | undefined; before?: string | undefined; include?: string | undefined }; body: Nothing; reply: ItemList }
  createConversation: { params: Nothing; query: Nothing; body: NewConversation; reply: Conversation }
  getConversation: { params: { conversation_id: string }; query: Nothing; body: Nothing; reply: Conversation }
  updateConversation: { params: { conversation_id: string }; query: Nothing; body: ConversationPatch; reply: Conversation }
  deleteConversation: { params: { conversation_id: string }; query: Nothing; body: Nothing; reply: { id: string; object: "conversation.deleted"; deleted: true } }
  listConversationItems: { params: { conversation_id: string }; query: { limit?: number | undefined; order?: "asc" | "desc" | undefined; after?: string | undefined; before?: string | undefined; include?: string | undefined }; body: Nothing; reply: ItemList }
  createConversationItems: { params: { conversation_id: string }; query: { include?: string | undefined }; body: NewConversationItems; reply: ItemList }
  getConversationItem: { params: { conversation_id: string; item_id: string }; query: { include?: string | undefined }; body: Nothing; reply: { id: string; type: string } }
  deleteConversationItem: { params: { conversation_id: string; item_id: string }; query: Nothing; body: Nothing; reply: Conversation }
  getReceipt: { params: { receipt_id: string }; query: Nothing; body: Nothing; reply: Receipt }
  addFeedback: { params: Nothing; query: Nothing; body: { /** As the Receipt header has it. */ receipt: string; /** 0 = useless, 1 = as good as can be. */ score?: number | undefined; /** The same in a word. */ label?: "good" | "bad" | undefined; /** The model that should have answered. */ corrected_model?: string | undefined }; reply: Feedback }
  listAutoVersions: { params: Nothing; query: { account?: string | undefined; pool?: string | undefined }; body: Nothing; reply: { object: "list"; data: readonly AutoVersion[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  learnAuto: { params: Nothing; query: Nothing; body: { /** Absent = every account. */ account?: string | undefined; /** Whether a version that has won serves at once. */ serve?: boolean | undefined }; reply: { object: "list"; data: readonly { account_id: string; pool: string; /** Calls that were looked at. */ decisions: number; /** Of these, where something says how good the answer was. */ outcomes: number; /** null = too little is known to make one. */ version: AutoVersion | null }[] } }
  promoteAutoVersion: { params: { version_id: string }; query: Nothing; body: Nothing; reply: AutoVersion }
  rollBackAuto: { params: Nothing; query: Nothing; body: { /** Id of an account. */ account: string; /** Name of a pool; default = the one without a name. */ pool?: string | undefined }; reply: { object: "auto_rollback"; account_id: string; pool: string; /** null = what ships with the gateway. */ serving: string | null } }
  getCredits: { params: Nothing; query: Nothing; body: Nothing; reply: { data: { /** All that was spent, and what is left. */ total_credits: number; /** All that was spent. */ total_usage: number } } }
  getCurrentKey: { params: Nothing; query: Nothing; body: Nothing; reply: { data: { label: string; /** Budget of the key; null = none. */ limit: number | null; limit_remaining: number | null; /** daily, weekly, monthly; null = never. */ limit_reset: string | null; /** US$. */ usage: number; /** Of this day, UTC. */ usage_daily: number; /** Since Monday, UTC. */ usage_weekly: number; /** Of this month, UTC. */ usage_monthly: number; /** US$. */ byok_usage: number; /** US$. */ byok_usage_daily: number; /** US$. */ byok_usage_weekly: number; /** US$. */ byok_usage_monthly: number; include_byok_in_limit: boolean; is_free_tier: boolean; is_management_key: boolean; is_provisioning_key: boolean; creator_user_id: string | null; expires_at: string | null; rate_limit: { requests: number; interval: string; note: string } } } }
  getCurrentKeyOldPath: { params: Nothing; query: Nothing; body: Nothing; reply: { data: { label: string; /** Budget of the key; null = none. */ limit: number | null; limit_remaining: number | null; /** daily, weekly, monthly; null = never. */ limit_reset: string | null; /** US$. */ usage: number; /** Of this day, UTC. */ usage_daily: number; /** Since Monday, UTC. */ usage_weekly: number; /** Of this month, UTC. */ usage_monthly: number; /** US$. */ byok_usage: number; /** US$. */ byok_usage_daily: number; /** US$. */ byok_usage_weekly: number; /** US$. */ byok_usage_monthly: number; include_byok_in_limit: boolean; is_free_tier: boolean; is_management_key: boolean; is_provisioning_key: boolean; creator_user_id: string | null; expires_at: string | null; rate_limit: { requests: number; interval: string; note: string } } } }
  getGeneration: { params: Nothing; query: { id?: string | undefined }; body: Nothing; reply: { data: { id: string; upstream_id: null; /** US$. */ total_cost: number; /** US$. */ usage: number; cache_discount: null; /** For the operator only. */ upstream_inference_cost: number | null; created_at: string; model: string; app_id: null; streamed: boolean; cancelled: boolean; /** For the operator only. */ provider_name: string | null; /** To the first content, milliseconds. */ latency: number | null; moderation_latency: null; /** From there to the end, milliseconds. */ generation_time: number; finish_reason: null; native_finish_reason: null; tokens_prompt: number; tokens_completion: number; native_tokens_prompt: number; native_tokens_completion: number; native_tokens_completion_images: number; native_tokens_reasoning: number; native_tokens_cached: number; num_media_prompt: null; num_input_audio_prompt: null; num_media_completion: number; num_search_results: number; origin: string; is_byok: boolean; external_user: null; api_type: string; router: null } } }
  getBillingSubscription: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "billing_subscription"; has_payment_method: boolean; canceled: boolean; canceled_at: null; delinquent: null; access_until: number; /** US$. */ soft_limit_usd: number; /** All that was spent, and what can still be. */ hard_limit_usd: number; /** US$. */ system_hard_limit_usd: number; plan: { title: string; id: string }; account_name: string } }
  getBillingSubscriptionWithoutV1: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "billing_subscription"; has_payment_method: boolean; canceled: boolean; canceled_at: null; delinquent: null; access_until: number; /** US$. */ soft_limit_usd: number; /** All that was spent, and what can still be. */ hard_limit_usd: number; /** US$. */ system_hard_limit_usd: number; plan: { title: string; id: string }; account_name: string } }
  getBillingUsage: { params: Nothing; query: { start_date?: string | undefined; end_date?: string | undefined }; body: Nothing; reply: { object: "list"; daily_costs: readonly ({ timestamp: number; line_items: readonly { name: string; /** US cents. */ cost: number }[] })[]; /** US cents. */ total_usage: number } }
  getBillingUsageWithoutV1: { params: Nothing; query: { start_date?: string | undefined; end_date?: string | undefined }; body: Nothing; reply: { object: "list"; daily_costs: readonly ({ timestamp: number; line_items: readonly { name: string; /** US cents. */ cost: number }[] })[]; /** US cents. */ total_usage: number } }
  getBillingCreditGrants: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "credit_summary"; /** US$. */ total_granted: number; /** US$. */ total_used: number; /** US$. */ total_available: number; /** US$. */ total_paid_available: number; grants: { object: "list"; data: readonly unknown[] } } }
  getBillingCreditGrantsWithoutV1: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "credit_summary"; /** US$. */ total_granted: number; /** US$. */ total_used: number; /** US$. */ total_available: number; /** US$. */ total_paid_available: number; grants: { object: "list"; data: readonly unknown[] } } }
  listPrices: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly ModelPrice[]; has_more: false } }
  getPrice: { params: { model: string }; query: Nothing; body: Nothing; reply: ModelPrice }
  setPrice: { params: { model: string }; query: Nothing; body: NewPrice; reply: ModelPrice }
  removePrice: { params: { model: string }; query: Nothing; body: Nothing; reply: ModelPrice }
  listPriceVersions: { params: { model: string }; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly PriceVersion[]; has_more: false } }
  listKnownProviders: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly KnownProvider[]; has_more: false } }
  listProviders: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Provider[]; has_more: false } }
  createProvider: { params: Nothing; query: Nothing; body: NewProvider; reply: Provider }
  tryProvider: { params: Nothing; query: Nothing; body: { provider: NewProvider; /** The provider's own name of it; absent = its list of models. */ model?: string | undefined }; reply: ProviderTest }
  getProvider: { params: { provider: string }; query: Nothing; body: Nothing; reply: Provider }
  updateProvider: { params: { provider: string }; query: Nothing; body: ProviderPatch; reply: Provider }
  deleteProvider: { params: { provider: string }; query: Nothing; body: Nothing; reply: { id: string; object: "provider"; deleted: true } }
  addProviderCredential: { params: { provider: string }; query: Nothing; body: NewProviderCredential; reply: Provider }
  updateProviderCredential: { params: { provider: string; fingerprint: string }; query: Nothing; body: { /** For people. */ label: string }; reply: Provider }
  removeProviderCredential: { params: { provider: string; fingerprint: string }; query: Nothing; body: Nothing; reply: Provider }
  drainProvider: { params: { provider: string }; query: Nothing; body: { /** Of one credential; absent = the whole provider. */ fingerprint?: string | undefined }; reply: Provider }
  undrainProvider: { params: { provider: string }; query: Nothing; body: { /** Of one credential; absent = the whole provider. */ fingerprint?: string | undefined }; reply: Provider }
  weighProvider: { params: { provider: string }; query: Nothing; body: { /** null = the configured one. */ weight: number | null }; reply: Provider }
  checkProvider: { params: { provider: string }; query: Nothing; body: Nothing; reply: Provider }
  testProvider: { params: { provider: string }; query: Nothing; body: { /** The provider's own name of it; absent = its list of models. */ model?: string | undefined; /** Of the credential; the first when absent. */ fingerprint?: string | undefined }; reply: ProviderTest }
  getProviderHistory: { params: { provider: string }; query: { hours?: number | undefined }; body: Nothing; reply: ProviderHistory }
  listModelRoutes: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly ModelRoute[]; has_more: false } }
  createModelRoute: { params: Nothing; query: Nothing; body: NewModelRoute; reply: ModelRoute }
  getModelRoute: { params: { model: string }; query: Nothing; body: Nothing; reply: ModelRoute }
  updateModelRoute: { params: { model: string }; query: Nothing; body: ModelRoutePatch; reply: ModelRoute }
  deleteModelRoute: { params: { model: string }; query: Nothing; body: Nothing; reply: { id: string; object: "model_route"; deleted: true } }
  listKnownModels: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly KnownModel[]; has_more: false } }
  listInstances: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly Instance[]; has_more: false } }
  getConfig: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "config"; /** Why the last reload was refused; null = what runs is what the file says. */ error: string | null; config: Readonly<Record<string, unknown>> } }
  getSystem: { params: Nothing; query: Nothing; body: Nothing; reply: System }
  getConfigFile: { params: Nothing; query: Nothing; body: Nothing; reply: ConfigFile }
  applyConfig: { params: Nothing; query: Nothing; body: { /** YAML. Tokens in the place of secrets come back as they were shown. */ text: string; /** Of the file as it was shown. */ version: string }; reply: ConfigTrial }
  tryConfig: { params: Nothing; query: Nothing; body: { /** YAML. Tokens in the place of secrets come back as they were shown. */ text: string }; reply: ConfigTrial }
  listConfigVersions: { params: Nothing; query: Nothing; body: Nothing; reply: { object: "list"; data: readonly ({ id: string; object: "config_version"; number: number; /** Unix seconds. */ at: number; why: "start" | "reload" | "applied"; /** Against the one before. */ changes: readonly { path: string; /** Absent = it was not there. */ before?: unknown; /** Absent = it is not there any more. */ after?: unknown }[] })[]; has_more: false } }
  getOverview: { params: Nothing; query: { hours?: number | undefined }; body: Nothing; reply: Overview }
  listAudit: { params: Nothing; query: { from?: string | undefined; to?: string | undefined; time_zone?: string | undefined; limit?: number | undefined; after?: string | undefined; account?: string | undefined; actor?: string | undefined; person?: string | undefined; object?: string | undefined; action?: "key.create" | "key.update" | "key.rotate" | "key.revoke" | "account.create" | "account.update" | "group.create" | "group.update" | "group.delete" | "member.add" | "member.update" | "member.remove" | "price.set" | "price.remove" | "wallet.top_up" | "wallet.adjust" | "wallet.refund" | "wallet.lock" | "wallet.unlock" | "wallet.update" | "wallet.redeem" | "redeem_codes.create" | "redeem_codes.void" | "payment.order" | "payment.paid" | "payment.reversed" | "payment.reinstated" | "person.create" | "person.update" | "person.suspend" | "person.restore" | "person.sign_up" | "person.log_in" | "person.log_in_failed" | "person.log_out" | "person.step_up" | "session.end" | "session.end_all" | "password.set" | "password.remove" | "passkey.add" | "passkey.update" | "passkey.remove" | "totp.add" | "totp.remove" | "recovery_codes.make" | "recovery_code.use" | "factors.reset" | "identity.link" | "identity.unlink" | "link.make" | "link.use" | "invitation.create" | "invitation.accept" | "invitation.decline" | "invitation.revoke" | "member.suspend" | "member.restore" | "member.leave" | "account.transfer" | "token.create" | "token.revoke" | "provider.create" | "provider.update" | "provider.delete" | "provider.drain" | "provider.undrain" | "provider.weigh" | "credential.add" | "credential.update" | "credential.remove" | "model.create" | "model.update" | "model.delete" | "config.apply" | "auto.learn" | "auto.serve" | "auto.roll_back" | undefined }; body: Nothing; reply: { object: "list"; data: readonly AuditEntry[]; /** Whether there is another page. */ has_more: boolean; /** What ?after= goes on with; only where has_more is true. */ next_after?: string } }
  getHealth: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getLiveness: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getReadiness: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getReadinessByItsOtherName: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getStatus: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getStatusHistory: { params: Nothing; query: Nothing; body: Nothing; reply: StatusHistory }
  getMetrics: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const OPERATIONS: { readonly [Name in keyof Operations]: readonly [string, string, 'repeatable'?] } = {
  createKey: ['POST', '/api/auth', 'repeatable'],
  listKeys: ['GET', '/api/auth'],
  getKey: ['GET', '/api/auth/{key_id}'],
  updateKey: ['PATCH', '/api/auth/{key_id}'],
  revokeKey: ['DELETE', '/api/auth/{key_id}'],
  rotateKey: ['POST', '/api/auth/{key_id}/rotate', 'repeatable'],
  getLogInMethods: ['GET', '/api/login'],
  logInWithPassword: ['POST', '/api/login/password'],
  logInWithCode: ['POST', '/api/login/code'],
  logInWithRecoveryCode: ['POST', '/api/login/recovery-code'],
  askForPasskey: ['POST', '/api/login/passkey/options'],
  logInWithPasskey: ['POST', '/api/login/passkey'],
  lookAtLink: ['POST', '/api/login/link/look'],
  logInWithLink: ['POST', '/api/login/link'],
  logInWithIssuer: ['GET', '/api/login/oidc/{name}'],
  arriveFromIssuer: ['GET', '/api/login/oidc/{name}/callback'],
  signUp: ['POST', '/api/sign-up'],
  confirmSignUp: ['POST', '/api/sign-up/confirm'],
  joinByInvitation: ['POST', '/api/invitations/join'],
  forgotPassword: ['POST', '/api/login/forgot'],
  getSession: ['GET', '/api/session'],
  logOut: ['DELETE', '/api/session'],
  prove: ['POST', '/api/session/prove'],
  askForProof: ['POST', '/api/session/prove/passkey/options'],
  proveWithPasskey: ['POST', '/api/session/prove/passkey'],
  proveWithIssuer: ['POST', '/api/session/prove/oidc/{name}'],
  streamSession: ['GET', '/api/session/events'],
  updateProfile: ['PATCH', '/api/me/profile'],
  listSessions: ['GET', '/api/me/sessions'],
  endOtherSessions: ['DELETE', '/api/me/sessions'],
  endSession: ['DELETE', '/api/me/sessions/{session_id}'],
  listIdentities: ['GET', '/api/me/identities'],
  connectIssuer: ['POST', '/api/me/identities'],
  disconnectIssuer: ['DELETE', '/api/me/identities/{identity_id}'],
  getFactors: ['GET', '/api/me/factors'],
  setPassword: ['PUT', '/api/me/password'],
  removePassword: ['DELETE', '/api/me/password'],
  listPasskeys: ['GET', '/api/me/passkeys'],
  addPasskey: ['POST', '/api/me/passkeys'],
  beginPasskey: ['POST', '/api/me/passkey-options'],
  renamePasskey: ['PATCH', '/api/me/passkeys/{passkey_id}'],
  removePasskey: ['DELETE', '/api/me/passkeys/{passkey_id}'],
  beginTotp: ['POST', '/api/me/totp'],
  removeTotp: ['DELETE', '/api/me/totp'],
  confirmTotp: ['POST', '/api/me/totp/confirm'],
  makeRecoveryCodes: ['POST', '/api/me/recovery-codes'],
  makePlaygroundKey: ['POST', '/api/me/playground-key'],
  getMe: ['GET', '/api/me'],
  getLimits: ['GET', '/api/limits'],
  getUsage: ['GET', '/api/usage'],
  listRequests: ['GET', '/api/requests'],
  streamRequests: ['GET', '/api/requests/events'],
  getRequest: ['GET', '/api/requests/{request_id}'],
  listCatalogue: ['GET', '/api/catalogue'],
  listPublicCatalogue: ['GET', '/api/catalogue/public'],
  createAccount: ['POST', '/api/accounts', 'repeatable'],
  listAccounts: ['GET', '/api/accounts'],
  getAccount: ['GET', '/api/accounts/{account_id}'],
  updateAccount: ['PATCH', '/api/accounts/{account_id}'],
  suspendAccount: ['POST', '/api/accounts/{account_id}/suspend'],
  activateAccount: ['POST', '/api/accounts/{account_id}/activate'],
  listAccountKeys: ['GET', '/api/accounts/{account_id}/keys'],
  listMemberships: ['GET', '/api/me/memberships'],
  createOwnAccount: ['POST', '/api/me/accounts'],
  addMember: ['POST', '/api/accounts/{account_id}/members', 'repeatable'],
  listMembers: ['GET', '/api/accounts/{account_id}/members'],
  getMember: ['GET', '/api/accounts/{account_id}/members/{member_id}'],
  updateMember: ['PATCH', '/api/accounts/{account_id}/members/{member_id}'],
  removeMember: ['DELETE', '/api/accounts/{account_id}/members/{member_id}'],
  suspendMember: ['POST', '/api/accounts/{account_id}/members/{member_id}/suspend'],
  restoreMember: ['POST', '/api/accounts/{account_id}/members/{member_id}/restore'],
  leaveAccount: ['POST', '/api/accounts/{account_id}/leave'],
  transferAccount: ['POST', '/api/accounts/{account_id}/transfer'],
  createInvitation: ['POST', '/api/accounts/{account_id}/invitations'],
  listInvitations: ['GET', '/api/accounts/{account_id}/invitations'],
  revokeInvitation: ['DELETE', '/api/accounts/{account_id}/invitations/{invitation_id}'],
  lookAtInvitation: ['POST', '/api/invitations/look'],
  acceptInvitation: ['POST', '/api/invitations/accept'],
  declineInvitation: ['POST', '/api/invitations/decline'],
  listOwnInvitations: ['GET', '/api/me/invitations'],
  acceptOwnInvitation: ['POST', '/api/me/invitations/{invitation_id}/accept'],
  declineOwnInvitation: ['POST', '/api/me/invitations/{invitation_id}/decline'],
  createAccessToken: ['POST', '/api/me/tokens'],
  listAccessTokens: ['GET', '/api/me/tokens'],
  revokeAccessToken: ['DELETE', '/api/me/tokens/{token_id}'],
  listPeople: ['GET', '/api/people'],
  createPerson: ['POST', '/api/people'],
  getPerson: ['GET', '/api/people/{person_id}'],
  updatePerson: ['PATCH', '/api/people/{person_id}'],
  suspendPerson: ['POST', '/api/people/{person_id}/suspend'],
  restorePerson: ['POST', '/api/people/{person_id}/restore'],
  createPersonLink: ['POST', '/api/people/{person_id}/links'],
  resetPersonFactors: ['POST', '/api/people/{person_id}/reset-factors'],
  createSetUpLink: ['POST', '/api/set-up-links'],
  listGroups: ['GET', '/api/groups'],
  createGroup: ['POST', '/api/groups', 'repeatable'],
  getGroup: ['GET', '/api/groups/{name}'],
  updateGroup: ['PATCH', '/api/groups/{name}'],
  deleteGroup: ['DELETE', '/api/groups/{name}'],
  getWallet: ['GET', '/api/wallet'],
  updateWallet: ['PATCH', '/api/wallet'],
  listWalletEntries: ['GET', '/api/wallet/entries'],
  getWalletWebhookKey: ['GET', '/api/wallet/webhook-key'],
  redeemCode: ['POST', '/api/wallet/redeem', 'repeatable'],
  createCheckout: ['POST', '/api/wallet/checkout', 'repeatable'],
  listPayments: ['GET', '/api/payments'],
  getPayment: ['GET', '/api/payments/{order_id}'],
  listWallets: ['GET', '/api/wallets'],
  getAccountWallet: ['GET', '/api/accounts/{account_id}/wallet'],
  updateAccountWallet: ['PATCH', '/api/accounts/{account_id}/wallet'],
  listAccountWalletEntries: ['GET', '/api/accounts/{account_id}/wallet/entries'],
  topUpWallet: ['POST', '/api/accounts/{account_id}/wallet/top-ups', 'repeatable'],
  adjustWallet: ['POST', '/api/accounts/{account_id}/wallet/adjustments', 'repeatable'],
  refundWallet: ['POST', '/api/accounts/{account_id}/wallet/refunds', 'repeatable'],
  lockWallet: ['POST', '/api/accounts/{account_id}/wallet/lock'],
  unlockWallet: ['POST', '/api/accounts/{account_id}/wallet/unlock'],
  createRedeemCodes: ['POST', '/api/redeem-code-batches', 'repeatable'],
  listRedeemCodeBatches: ['GET', '/api/redeem-code-batches'],
  getRedeemCodeBatch: ['GET', '/api/redeem-code-batches/{batch_id}'],
  listRedeemCodes: ['GET', '/api/redeem-code-batches/{batch_id}/codes'],
  voidRedeemCodes: ['POST', '/api/redeem-code-batches/{batch_id}/void'],
  receiveStripeEvent: ['POST', '/api/webhooks/stripe'],
  getResponse: ['GET', '/v1/responses/{response_id}'],
  deleteResponse: ['DELETE', '/v1/responses/{response_id}'],
  cancelResponse: ['POST', '/v1/responses/{response_id}/cancel'],
  listInputItems: ['GET', '/v1/responses/{response_id}/input_items'],
  createConversation: ['POST', '/v1/conversations'],
  getConversation: ['GET', '/v1/conversations/{conversation_id}'],
  updateConversation: ['POST', '/v1/conversations/{conversation_id}'],
  deleteConversation: ['DELETE', '/v1/conversations/{conversation_id}'],
  listConversationItems: ['GET', '/v1/conversations/{conversation_id}/items'],
  createConversationItems: ['POST', '/v1/conversations/{conversation_id}/items'],
  getConversationItem: ['GET', '/v1/conversations/{conversation_id}/items/{item_id}'],
  deleteConversationItem: ['DELETE', '/v1/conversations/{conversation_id}/items/{item_id}'],
  getReceipt: ['GET', '/v1/receipts/{receipt_id}'],
  addFeedback: ['POST', '/v1/feedback'],
  listAutoVersions: ['GET', '/api/auto/versions'],
  learnAuto: ['POST', '/api/auto/learn'],
  promoteAutoVersion: ['POST', '/api/auto/versions/{version_id}/promote'],
  rollBackAuto: ['POST', '/api/auto/rollback'],
  getCredits: ['GET', '/v1/credits'],
  getCurrentKey: ['GET', '/v1/key'],
  getCurrentKeyOldPath: ['GET', '/v1/auth/key'],
  getGeneration: ['GET', '/v1/generation'],
  getBillingSubscription: ['GET', '/v1/dashboard/billing/subscription'],
  getBillingSubscriptionWithoutV1: ['GET', '/dashboard/billing/subscription'],
  getBillingUsage: ['GET', '/v1/dashboard/billing/usage'],
  getBillingUsageWithoutV1: ['GET', '/dashboard/billing/usage'],
  getBillingCreditGrants: ['GET', '/v1/dashboard/billing/credit_grants'],
  getBillingCreditGrantsWithoutV1: ['GET', '/dashboard/billing/credit_grants'],
  listPrices: ['GET', '/api/prices'],
  getPrice: ['GET', '/api/prices/{model}'],
  setPrice: ['PUT', '/api/prices/{model}'],
  removePrice: ['DELETE', '/api/prices/{model}'],
  listPriceVersions: ['GET', '/api/prices/{model}/versions'],
  listKnownProviders: ['GET', '/api/known-providers'],
  listProviders: ['GET', '/api/providers'],
  createProvider: ['POST', '/api/providers'],
  tryProvider: ['POST', '/api/provider-tests'],
  getProvider: ['GET', '/api/providers/{provider}'],
  updateProvider: ['PATCH', '/api/providers/{provider}'],
  deleteProvider: ['DELETE', '/api/providers/{provider}'],
  addProviderCredential: ['POST', '/api/providers/{provider}/credentials'],
  updateProviderCredential: ['PATCH', '/api/providers/{provider}/credentials/{fingerprint}'],
  removeProviderCredential: ['DELETE', '/api/providers/{provider}/credentials/{fingerprint}'],
  drainProvider: ['POST', '/api/providers/{provider}/drain'],
  undrainProvider: ['POST', '/api/providers/{provider}/undrain'],
  weighProvider: ['PUT', '/api/providers/{provider}/weight'],
  checkProvider: ['POST', '/api/providers/{provider}/check'],
  testProvider: ['POST', '/api/providers/{provider}/test'],
  getProviderHistory: ['GET', '/api/providers/{provider}/history'],
  listModelRoutes: ['GET', '/api/models'],
  createModelRoute: ['POST', '/api/models'],
  getModelRoute: ['GET', '/api/models/{model}'],
  updateModelRoute: ['PATCH', '/api/models/{model}'],
  deleteModelRoute: ['DELETE', '/api/models/{model}'],
  listKnownModels: ['GET', '/api/known-models'],
  listInstances: ['GET', '/api/instances'],
  getConfig: ['GET', '/api/config'],
  getSystem: ['GET', '/api/system'],
  getConfigFile: ['GET', '/api/config/file'],
  applyConfig: ['PUT', '/api/config/file'],
  tryConfig: ['POST', '/api/config/trial'],
  listConfigVersions: ['GET', '/api/config/versions'],
  getOverview: ['GET', '/api/overview'],
  listAudit: ['GET', '/api/audit'],
  getHealth: ['GET', '/health'],
  getLiveness: ['GET', '/health/live'],
  getReadiness: ['GET', '/health/ready'],
  getReadinessByItsOtherName: ['GET', '/health/readiness'],
  getStatus: ['GET', '/api/status'],
  getStatusHistory: ['GET', '/api/status/history'],
  getMetrics: ['GET', '/metrics'],
}
