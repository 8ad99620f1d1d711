import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

/** Makes an empty database on the server of `serverUrl`; the URL of it. */
export async function createPostgresDatabase(serverUrl: string): Promise<string> {
  const name = `fairlead_test_${randomBytes(6).toString('hex')}`
  // From template0, which nobody connects to: a connection to the usual template would make this fail.
  await run(serverUrl, `create database ${name} template template0`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Whoever is connected to it is thrown out. */
export async function dropPostgresDatabase(serverUrl: string, url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  if (!/^fairlead_test_[0-9a-f]+$/.test(name)) throw new Error(`${name} is none of the test databases.`)
  await run(serverUrl, `drop database if exists ${name} with (force)`)
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
