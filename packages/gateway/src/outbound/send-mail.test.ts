import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSendMail } from './send-mail.ts'

let server: Server
let smtpUrl = ''
const heard: string[] = []

/** As much of a mail server as takes one mail after the other (RFC 5321). */
beforeAll(async () => {
  server = createServer((socket) => {
    let inData = false
    socket.setEncoding('utf8')
    socket.write('220 mail.example ESMTP\r\n')
    let rest = ''
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        heard.push(line)
        if (inData) {
          if (line !== '.') continue
          inData = false
          socket.write('250 taken\r\n')
        } else if (line === 'DATA') {
          inData = true
          socket.write('354 go on\r\n')
        } else if (line.startsWith('QUIT')) socket.end('221 bye\r\n')
        else socket.write(line.includes('nobody@') ? '550 no such mailbox\r\n' : '250 ok\r\n')
      }
    })
    socket.on('error', () => undefined)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  smtpUrl = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`
})
afterAll(() => server.close())

const LOG = { info() {} }
const MAIL = { to: 'ada@example.com', subject: 'Your balance is low', text: 'US$ 4 are left.\n' }

describe('A mail', () => {
  it('goes to the server of the configuration, from its sender', async () => {
    await createSendMail(() => ({ smtpUrl, from: 'Fairlead <billing@example.com>' }), LOG)(MAIL)
    expect(heard).toEqual(
      expect.arrayContaining([
        'MAIL FROM:<billing@example.com>',
        'RCPT TO:<ada@example.com>',
        'From: Fairlead <billing@example.com>',
        'Subject: Your balance is low',
        'US$ 4 are left.',
      ]),
    )
  })

  it('that the server does not take is an error, so that it is tried again', async () => {
    const send = createSendMail(() => ({ smtpUrl, from: 'billing@example.com' }), LOG)
    await expect(send({ ...MAIL, to: 'nobody@example.com' })).rejects.toThrow('no such mailbox')
    const nowhere = createSendMail(() => ({ smtpUrl: 'smtp://127.0.0.1:1', from: 'billing@example.com' }), LOG)
    await expect(nowhere(MAIL)).rejects.toThrow('ECONNREFUSED')
  })

  it('is written into the log, whole, where there is no server: the links in it are good for something there', async () => {
    const lines: object[] = []
    const log = { info: (fields: object) => void lines.push(fields) }
    await createSendMail(() => ({ smtpUrl: '', from: '' }), log)(MAIL)
    expect(lines).toEqual([{ mail: MAIL }])
  })
})
