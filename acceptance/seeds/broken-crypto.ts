// Loaded into the gateway's processes (NODE_OPTIONS=--import) by the row for status 500: from the outside there is no
// request and no configuration that makes a well gateway fail, so here something below it fails. As long as the file
// named by ACCEPTANCE_BREAK exists, no HMAC can be made, and so no unknown key can be looked up.
import crypto from 'node:crypto'
import { existsSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { createHmac } = crypto

crypto.createHmac = (...args: Parameters<typeof createHmac>) => {
  if (existsSync(process.env['ACCEPTANCE_BREAK'] ?? '')) throw new Error('acceptance: no HMAC today')
  return createHmac(...args)
}
syncBuiltinESMExports()
