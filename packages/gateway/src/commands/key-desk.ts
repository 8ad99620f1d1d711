// Where `fairlead keys` asks: the gateway that runs, or the database when none does. Both answer as the HTTP API.
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { createWalletDesk } from '../billing/money-services.ts'
import type { Settings } from '../config/config.ts'
import { readConfigText, secretKeyProblem } from '../config/env.ts'
import { loadConfig } from '../config/load-config.ts'
import { createKeysApp } from '../http/control/keys-app.ts'
import { createIdentityServices } from '../identity/identity-services.ts'
import { createLinkService } from '../identity/people/link-service.ts'
import { createPersonService } from '../identity/people/person-service.ts'
import { createPostMail } from '../identity/people/post-mail.ts'
import { derivePepper, loadSecretKey } from '../identity/secret-key.ts'
import { databasePlace, openDatabase } from '../store/database.ts'
import { askGateway, findRunningGateway } from './running-gateway.ts'

type Env = Readonly<Record<string, string | undefined>>

export interface KeyDesk extends AsyncDisposable {
  /** The reply's body; throws with the API's own message when it refuses. */
  ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>
}

export async function openKeyDesk(settings: Settings, env: Env): Promise<KeyDesk> {
  const gateway = await findRunningGateway(settings.dataDir)
  if (gateway !== undefined) {
    return {
      ask: async (method, path, body) => {
        const reply = await askGateway(gateway, method, path, body)
        return accepted(reply.status, reply.body)
      },
      async [Symbol.asyncDispose]() {},
    }
  }
  return openDatabaseDesk(settings, env)
}

async function openDatabaseDesk(settings: Settings, env: Env): Promise<KeyDesk> {
  const { configPath, dataDir, overrides } = settings
  const place = databasePlace(settings)
  if ('file' in place && !existsSync(place.file)) {
    console.error(`No gateway has run in ${dataDir} yet; its database is made now.`)
  }
  const { config } = loadConfig({ text: readConfigText(configPath), fileName: configPath, env, overrides })
  const problem = secretKeyProblem(settings, env)
  if (problem !== undefined) throw new Error(problem)
  const pepper = derivePepper(loadSecretKey(dataDir, env))
  const database = await openDatabase(place)
  const { brand, server } = config
  const { keyPrefix } = brand
  // The name under which browsers let passkeys be made on this machine.
  const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(server.host) ? 'localhost' : server.host
  const homeUrl = (): string => server.publicUrl || `http://${host}:${server.port}`
  const persons = createPersonService({
    database,
    now: Date.now,
    links: createLinkService({ now: Date.now, homeUrl }),
    mail: createPostMail({ sendMail: noMail, brand: () => brand.name, homeUrl, log: TERMINAL }),
  })
  const app = createKeysApp({
    people: { persons },
    ...createIdentityServices({ database, pepper, keyPrefix, now: Date.now, groups: () => config.groups }),
    ...createWalletDesk({ database, secret: pepper, now: Date.now }),
  })
  return {
    ask: async (method, path, body) => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
      const reply = await app.request(path, init)
      return accepted(reply.status, await reply.json())
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

/** Said where it does not disturb the reply. */
const TERMINAL = {
  error: (_fields: object, message: string): void => console.error(`${message}: start the gateway first`),
}

async function noMail(): Promise<never> {
  throw new Error('Nobody is there who sends mails.')
}

const errorSchema = z.object({ error: z.object({ message: z.string() }) })

function accepted(status: number, body: unknown): unknown {
  if (status < 400) return body
  throw new Error(errorSchema.safeParse(body).data?.error.message ?? `The gateway answered ${status}.`)
}
