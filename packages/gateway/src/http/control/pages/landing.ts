// GET /: what this is and how to call it, for somebody who opened the base URL in a browser.
import type { Config } from '../../../config/config.ts'
import { html, type Html, type Page } from './html.ts'
import { BASE_STYLE } from './style.ts'

export interface LandingFacts {
  readonly config: Config
  readonly version: string
  /** As the reader reaches us, without a trailing slash. */
  readonly origin: string
}

export function landingPage({ config, version, origin }: LandingFacts): Page {
  const { name } = config.brand
  const simulated = config.providers.every(({ type }) => type === 'simulator')
  const snippets = snippetsFor(origin, exampleModel(config))
  return {
    title: name,
    style: BASE_STYLE + STYLE,
    // Behind a proxy only the browser knows the address that it used; a configured one is right everywhere.
    script: config.server.publicUrl === '' ? FIX_ORIGIN + SCRIPT : SCRIPT,
    body: html`<main>
      <header class="top">
        <h1>${name}</h1>
        <span class="pill" id="state" role="status">Checking</span>
      </header>
      <p class="lead">
        One base URL in front of every model provider. Point an OpenAI client at it, change the key, and keep the rest
        of your code.
      </p>
      ${simulated ? html`<p class="notice warn"><strong>Answers are simulated.</strong> No provider is configured yet. Set a provider key such as <code>OPENAI_API_KEY</code>, start a local model server, or write a <code>fairlead.yaml</code>, and start the gateway again.</p>` : html``}
      <section class="card base" aria-label="Base URL">
        <span class="soft small">Base URL</span>
        <code id="base"><span data-origin>${origin}</span>/v1</code>
        <button type="button" class="copy" data-copy="base">Copy</button>
      </section>
      <h2>First call</h2>
      <section class="card calls">
        <div class="tabs" role="tablist" aria-label="Language">
          ${snippets.map(({ id, label }, index) => html`<button type="button" role="tab" id="tab-${id}" aria-controls="call-${id}" aria-selected="${index === 0 ? 'true' : 'false'}" tabindex="${index === 0 ? 0 : -1}">${label}</button>`)}
        </div>
        ${snippets.map(
          ({ id, code }) =>
            html`<div role="tabpanel" id="call-${id}" aria-labelledby="tab-${id}" class="call">
              <button type="button" class="copy" data-copy="code-${id}">Copy</button>
              <pre tabindex="0"><code id="code-${id}">${code}</code></pre>
            </div>`,
        )}
      </section>
      <p class="soft small">
        Put an API key where it says <code>YOUR_API_KEY</code>. The first one was printed when the gateway started; make
        more with <code>fairlead keys create</code> or <code>POST /api/auth</code>.
      </p>
      <h2>Look around</h2>
      <nav class="links" aria-label="Pages">
        ${LINKS.map(({ path, title, text }) => html`<a class="card" href="${path}"><strong>${title}</strong><span class="soft small">${text}</span></a>`)}
      </nav>
      <footer class="soft small"><span>${name} ${version}</span></footer>
    </main>`,
  }
}

// Relative, so that they work under a path of a proxy too.
const LINKS = [
  { path: 'vhealth', title: 'Health', text: 'Providers and models, live' },
  { path: 'health', title: 'Health as JSON', text: 'For monitors and scripts' },
  { path: 'metrics', title: 'Metrics', text: 'Prometheus text format' },
  { path: 'v1/models', title: 'Models', text: 'What a key may use; needs the key' },
]

interface Snippet {
  readonly id: string
  readonly label: string
  readonly code: Html
}

function snippetsFor(originText: string, model: string): readonly Snippet[] {
  const origin = html`<span data-origin>${originText}</span>`
  return [
    {
      id: 'curl',
      label: 'curl',
      code: html`curl ${origin}/v1/chat/completions \\ -H "Authorization: Bearer YOUR_API_KEY" \\ -H "Content-Type:
      application/json" \\ -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello!"}]}'`,
    },
    {
      id: 'python',
      label: 'Python',
      code: html`from openai import OpenAI client = OpenAI(base_url="${origin}/v1", api_key="YOUR_API_KEY") response =
      client.chat.completions.create( model="${model}", messages=[{"role": "user", "content": "Hello!"}], )
      print(response.choices[0].message.content)`,
    },
    {
      id: 'node',
      label: 'Node',
      code: html`import OpenAI from 'openai' const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: 'YOUR_API_KEY'
      }) const response = await client.chat.completions.create({ model: '${model}', messages: [{ role: 'user', content:
      'Hello!' }], }) console.log(response.choices[0].message.content)`,
    },
  ]
}

/** One that is certain to be there, and safe to paste between quotes. */
function exampleModel(config: Config): string {
  const ids = config.models.map(({ id }) => id).filter((id) => /^[\w./:@-]+$/.test(id))
  return ids.find((id) => id === 'gpt-4o-mini') ?? ids[0] ?? 'gpt-4o-mini'
}

const STYLE = `
.lead { font-size: 1.15rem; max-width: 44rem; color: var(--soft); margin: .9rem 0 1.6rem; }
.base { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; }
.base code { font-size: 1.05rem; font-weight: 600; overflow-wrap: anywhere; }
.base .copy { margin-left: auto; }
.copy { border: 1px solid var(--line); background: var(--card); border-radius: 8px; padding: .25rem .8rem; font-size: .85rem; }
.copy:hover { border-color: var(--accent); color: var(--accent); }
.calls { padding: 0; overflow: hidden; }
.tabs { display: flex; border-bottom: 1px solid var(--line); padding: 0 .5rem; }
.tabs button { border: 0; background: none; padding: .7rem .9rem; color: var(--soft); border-bottom: 2px solid transparent; margin-bottom: -1px; }
.tabs button[aria-selected="true"] { color: var(--ink); font-weight: 600; border-bottom-color: var(--accent); }
.call { position: relative; }
.call .copy { position: absolute; top: .7rem; right: .7rem; }
pre { margin: 0; padding: 1.1rem 1.2rem; overflow-x: auto; background: var(--code); line-height: 1.6; }
.links { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
.links a { display: grid; gap: .15rem; align-content: start; text-decoration: none; color: var(--ink); }
.links a:hover { border-color: var(--accent); }
@media (max-width: 34rem) { .call .copy { position: static; margin: .6rem 1.2rem 0; } pre { padding-top: .7rem; } }
`

const FIX_ORIGIN = `
const here = location.href.replace(/[?#].*$/, '').replace(/\\/$/, '');
for (const part of document.querySelectorAll('[data-origin]')) part.textContent = here;
`

const SCRIPT = `
const tabs = [...document.querySelectorAll('[role=tab]')];
function choose(tab) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute('aria-selected', chosen);
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute('aria-controls')).hidden = !chosen;
  }
}
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener('click', () => choose(tab));
  tab.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}
choose(tabs[0]);
async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = 'Copied';
  } catch {
    // Plain http off this machine has no clipboard: select it, and the reader's own keys do the rest.
    getSelection().selectAllChildren(source);
    button.textContent = 'Selected';
  }
  setTimeout(() => { button.textContent = 'Copy'; }, 1600);
}
for (const button of document.querySelectorAll('[data-copy]')) button.addEventListener('click', () => void copy(button));
const pill = document.getElementById('state');
fetch('health').then(async (reply) => {
  const { healthyServers, totalServers } = await reply.json();
  pill.textContent = reply.ok ? healthyServers + ' of ' + totalServers + (totalServers === 1 ? ' provider' : ' providers') + ' up' : 'No provider is up';
  pill.classList.add(reply.ok ? (healthyServers === totalServers ? 'good' : 'warn') : 'bad');
}).catch(() => { pill.textContent = 'Not reachable'; pill.classList.add('bad'); });
`
