// A newcomer's first five minutes: what `npm start` prints must work when it is pasted.
import * as c from '../../lib/check.ts'
import { json } from '../../lib/http.ts'
import { checkStatus } from '../replies.ts'
import type { Row } from '../row.ts'
import { curlText } from '../snippets.ts'

export const rows: readonly Row[] = [
  {
    seed: 'gateway',
    what: 'npm start prints a first key, once, and a curl line that works when pasted',
    async run(context) {
      await using gateway = await context.own({})
      const printed = gateway.output()
      // A command may go on over several lines, each ending in a backslash.
      const command = /^[ \t]*(curl (?:.*\\\n)*.*)$/m.exec(printed)?.[1]
      c.check(command !== undefined, `no curl line in: ${printed.slice(0, 1500)}`)
      const reply = await curlText(command, gateway)
      checkStatus(reply, 200)
      c.checkShape(json(reply), { object: c.text })
      return command
    },
  },
]
