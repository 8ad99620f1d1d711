// The page behind a one-time link: the gateway's set-up link, a reset, a sign-up to be confirmed, an invitation. The token
// stands behind the #, so no server and no log ever sees it in an address.
import { ARRIVAL_SCRIPT } from './arrival-script.ts'
import { html, type Page } from './html.ts'
import { BASE_STYLE } from './style.ts'

export const ARRIVAL_KINDS = ['set-up', 'reset', 'confirm', 'invitation'] as const
export type ArrivalKind = (typeof ARRIVAL_KINDS)[number]

interface Arrival {
  readonly title: string
  readonly text: string
  readonly button: string
}

export const ARRIVALS: Readonly<Record<ArrivalKind, Arrival>> = {
  'set-up': {
    title: 'Set up',
    text: 'You become the first operator of this gateway. Choose how you will log in from now on.',
    button: 'Become the operator',
  },
  reset: { title: 'A new password', text: 'All your sessions end, and this one begins.', button: 'Save and log in' },
  confirm: { title: 'Confirm your address', text: 'Your address is yours: choose a password.', button: 'Log in' },
  invitation: {
    title: 'An invitation',
    text: 'If you have been here before, log in and accept it there; your password stays as it is.',
    button: 'Join',
  },
}

export function arrivalPage(kind: ArrivalKind, brand: string): Page {
  const { title, text, button } = ARRIVALS[kind]
  return {
    title: `${title} · ${brand}`,
    style: BASE_STYLE + STYLE,
    script: ARRIVAL_SCRIPT,
    body: html`<main data-kind="${kind}">
      <p class="soft small">${brand}</p>
      <h1>${title}</h1>
      <p id="who" class="soft"></p>
      <p class="soft">${text}</p>
      <p id="note" class="notice" role="alert" hidden></p>
      <form class="card" hidden>
        <label>Mail address<input name="email" type="email" autocomplete="username" required /></label>
        <label>Name<input name="name" autocomplete="name" maxlength="200" /></label>
        <label
          >Password<input
            name="password"
            type="password"
            autocomplete="new-password"
            minlength="10"
            maxlength="1024"
            required
          /><span class="soft small">10 characters or more; a sentence is easy to remember.</span></label
        >
        <label hidden
          >Code<input name="code" autocomplete="one-time-code" maxlength="40" required disabled /><span
            class="soft small"
            >Of your authenticator app, or a recovery code.</span
          ></label
        >
        <button type="submit">${button}</button>
      </form>
      <p id="next" hidden>
        <a href="api/docs">What you can do: the API reference</a>
      </p>
      <noscript><p class="notice bad">This page needs JavaScript.</p></noscript>
    </main>`,
  }
}

const STYLE = `
main { max-width: 30rem; }
form { display: grid; gap: 1rem; margin-top: 1.5rem; }
label { display: grid; gap: .3rem; font-weight: 600; font-size: .925rem; }
label span { font-weight: 400; }
input { font: inherit; font-weight: 400; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .75rem; width: 100%; }
form button { border: 0; border-radius: 8px; padding: .65rem 1rem; font-weight: 600; background: var(--accent); color: var(--accent-ink); }
form button:disabled { opacity: .6; cursor: progress; }
`
