import { describe, expect, it } from 'vitest'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

const load = (yaml: string) => loadConfig({ text: yaml, fileName: 'fairlead.yaml', env: {}, overrides: {} })

function problemOf(yaml: string): string {
  try {
    load(yaml)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

const issuer = (more: string): string =>
  `server: { public_url: "https://ai.example.com" }
people: { oidc: [{ name: company, issuer: "https://login.example.com", client_id: x${more === '' ? '' : `, ${more}`} }] }`

describe('The section people', () => {
  it('lets in by invitation, with passwords, unless it says otherwise', () => {
    const { people } = load('').config
    expect(people).toEqual({
      signUp: 'invitation',
      password: true,
      requireSecondFactor: 'off',
      sessionIdleMs: 12 * 3_600_000,
      sessionMaxMs: 14 * 24 * 3_600_000,
      stepUpMs: 600_000,
      invitationMs: 7 * 24 * 3_600_000,
      oidc: [],
    })
    expect(load('people: { sign_up: open, step_up_seconds: 60 }').config.people).toMatchObject({
      signUp: 'open',
      stepUpMs: 60_000,
    })
  })

  it('takes issuers, and says what each field becomes', () => {
    const yaml = issuer('allowed_domains: [Example.COM], groups: [{ group: eng, account: acc_1 }]')
    const { config, warnings } = load(yaml)
    expect(warnings).toEqual([])
    expect(config.people.oidc).toEqual([
      {
        name: 'company',
        title: 'company',
        issuer: 'https://login.example.com',
        clientId: 'x',
        clientSecret: '',
        scopes: ['openid', 'email', 'profile'],
        allowedDomains: ['example.com'],
        autoCreate: false,
        groupsClaim: 'groups',
        groups: [{ group: 'eng', account: 'acc_1', role: 'developer' }],
      },
    ])
  })

  it.each([
    ['people: { sign_up: yes }', 'people.sign_up must be one of open, invitation, off'],
    ['people: { session_idle_seconds: 100, session_max_seconds: 50 }', 'is more than people.session_max_seconds'],
    ['people: { step_up_seconds: 86400 }', 'must be at most 3600'],
    [issuer('').replace('https://login', 'http://login'), 'must be an https:// address'],
    [issuer('').replace('https://login.example.com', 'login'), 'is not an https:// address'],
    [issuer('auto_create: true'), 'needs allowed_domains'],
    [issuer('allowed_domains: ["*"]'), 'is not a domain'],
    [issuer('allowed_domains: ["@example.com"]'), 'Write it as example.com'],
    [issuer('').replace('name: company', 'name: "a/b"'), 'may only hold letters, digits and dashes'],
    [issuer('groups: [{ group: x, account: acc_1, role: root }]'), 'must be one of owner, admin, developer, viewer'],
  ])('refuses %s', (yaml, sentence) => {
    expect(problemOf(yaml)).toContain(sentence)
  })

  it('refuses two issuers of one name, and says that a name is needed to come back to', () => {
    const one = '{ name: a, issuer: "https://login.example.com", client_id: x }'
    expect(problemOf(`people: { oidc: [${one}, ${one}] }`)).toContain('is there twice')
    expect(load(`people: { oidc: [${one}] }`).warnings.join()).toContain('needs server.public_url')
    expect(problemOf(issuer('').replace('https://login.example.com', 'http://127.0.0.1:9000'))).toBe('')
  })
})
