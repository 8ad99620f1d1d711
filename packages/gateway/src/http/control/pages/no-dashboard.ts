// What stands in the place of the web app while it is built, and where there is none.
import type { DashboardState } from '../dashboard/dashboard.ts'
import { html, type Page } from './html.ts'
import { BASE_STYLE } from './style.ts'

export interface NoDashboardFacts {
  readonly brand: string
  /** off = the configuration says so. */
  readonly why: Exclude<DashboardState, 'ready'> | 'off'
}

const TEXTS = {
  building: {
    title: 'The dashboard is being built',
    text: 'This happens once after an update and takes some seconds. This page goes on by itself. The API answers already.',
  },
  failed: {
    title: 'The dashboard could not be built',
    text: 'The reason is in the output of the gateway. The API is not affected.',
  },
  absent: {
    title: 'The dashboard is not built',
    text: 'In a checkout, npm start builds it. The API is not affected.',
  },
  off: {
    title: 'The dashboard is switched off',
    text: 'By server.dashboard in the configuration. The API is not affected.',
  },
} as const

export function noDashboardPage({ brand, why }: NoDashboardFacts): Page {
  const { title, text } = TEXTS[why]
  return {
    title: `${title} · ${brand}`,
    style: BASE_STYLE + STYLE,
    script: why === 'building' ? RELOAD : '',
    body: html`<main>
      <p class="soft small">${brand}</p>
      <h1>${title}</h1>
      <p class="soft" role="status">${text}</p>
      <p class="links">
        <a href="/vhealth">Health</a><a href="/api/docs">API reference</a><a href="/api/status">Status as JSON</a>
      </p>
    </main>`,
  }
}

const STYLE = `
main { max-width: 34rem; padding-top: 18vh; }
.links { display: flex; gap: 1.25rem; margin-top: 1.5rem; }
`

/** The address keeps what stands behind its #: a one-time link opened too early still works. */
const RELOAD = `
const again = async () => {
  const reply = await fetch(location.pathname, { cache: 'no-store' }).catch(() => null);
  if (reply && reply.ok && reply.headers.get('x-fairlead-dashboard') !== 'building') location.reload();
  else setTimeout(again, 1000);
};
setTimeout(again, 1000);
`
