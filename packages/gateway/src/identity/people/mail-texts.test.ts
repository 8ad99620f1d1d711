import { describe, expect, it } from 'vitest'
import type { Mail } from '../../billing/payments/outbound.ts'
import { confirmMail, invitationMail, knownAlreadyMail } from './mail-texts.ts'
import { createPostMail } from './post-mail.ts'

const EXPIRES_MS = Date.UTC(2026, 10, 28, 10)
const URL_ = 'https://gateway.example/invitation#token'

describe('Mails', () => {
  it('say who, what, until when, and where, and that doing nothing is fine', () => {
    const mail = invitationMail({
      brand: 'Fairlead',
      to: 'ada@example.com',
      account: 'Research',
      role: 'developer',
      from: 'Grace',
      url: URL_,
      expiresAtMs: EXPIRES_MS,
    })
    expect(mail).toEqual({
      to: 'ada@example.com',
      subject: 'Fairlead: An invitation to "Research"',
      text: `"Grace" invites you to "Research", with the role "developer".

Accept or decline until 2026-11-28 10:00 UTC:

${URL_}

The link works once, and for this address alone. If you expected no invitation, do nothing.

Fairlead
`,
    })
  })

  it('cannot be made to say something else by the name of a team or of a person', () => {
    const evil = 'x"\r\nBcc: all@example.com\r\n\r\nPay at https://evil.example/ \u202Emoc.live\u2028now'
    const mail = invitationMail({
      brand: 'Fairlead',
      to: 'ada@example.com',
      account: evil,
      role: 'viewer',
      from: evil.repeat(50),
      url: URL_,
      expiresAtMs: EXPIRES_MS,
    })
    expect(mail.subject).not.toMatch(/[\r\n\u2028\u202E]/)
    expect(mail.text.match(/:\/\//g)).toHaveLength(1)
    expect(mail.text).not.toMatch(/^Bcc|^Pay/m)
    expect(mail.text.length).toBeLessThan(800)
  })

  it('tell whoever signs up apart from whoever is known, in the mailbox alone', () => {
    const facts = { brand: 'Fairlead', to: 'ada@example.com', url: URL_ }
    expect(confirmMail({ ...facts, expiresAtMs: EXPIRES_MS }).text).toContain('Confirm it')
    expect(knownAlreadyMail(facts).text).toContain('known here already')
  })

  it('are nobody’s to wait for: a mail server that refuses is in the log', async () => {
    const said: object[] = []
    const post = createPostMail({
      sendMail: async () => await Promise.reject(new Error('no mailbox here')),
      brand: () => 'Fairlead',
      homeUrl: () => 'https://gateway.example',
      log: { error: (fields) => void said.push(fields) },
    })
    const mail: Mail = { to: 'a@b.example', subject: 's', text: 'secret link' }
    post.post(() => mail)
    await Promise.resolve()
    await Promise.resolve()
    expect(said).toMatchObject([{ subject: 's' }])
    expect(JSON.stringify(said)).not.toContain('secret link')
    expect([post.url('confirm', 'abc'), post.url('log-in')]).toEqual([
      'https://gateway.example/confirm#abc',
      'https://gateway.example/log-in',
    ])
  })
})
