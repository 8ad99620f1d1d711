// GET /vhealth: the figures of /health for people. The page carries the first figures with it and fetches new ones.
import { html, jsonForScript, type Page } from './html.ts'
import { BASE_STYLE } from './style.ts'
import { VHEALTH_SCRIPT } from './vhealth-script.ts'

export interface VhealthFacts {
  readonly name: string
  readonly version: string
  readonly startedAtMs: number
  readonly nowMs: number
  /** What /health answers at this moment. */
  readonly health: unknown
}

export function vhealthPage({ name, version, startedAtMs, nowMs, health }: VhealthFacts): Page {
  return {
    title: `Health of ${name}`,
    style: BASE_STYLE + STYLE,
    script: VHEALTH_SCRIPT,
    body: html`<main>
        <header class="top">
          <h1>${name}</h1>
          <span class="pill" id="state" role="status">Loading</span>
          <span class="soft small" id="fresh"></span>
        </header>
        <noscript
          ><p class="notice warn">
            This page needs its script. The same figures are at <a href="health">/health</a> as JSON.
          </p></noscript
        >
        <p class="notice bad" id="config-error" hidden></p>
        <dl class="figures" id="figures"></dl>
        <section id="providers-part" hidden>
          <h2>Providers</h2>
          <div class="providers" id="providers"></div>
        </section>
        <section id="models-part" hidden>
          <div class="top tools">
            <h2>Models <span class="soft" id="count"></span></h2>
            <input type="search" id="filter" placeholder="Filter" aria-label="Filter models" />
          </div>
          <div class="card table">
            <table>
              <thead>
                <tr id="head"></tr>
              </thead>
              <tbody id="models"></tbody>
            </table>
            <p class="soft empty" id="none" hidden>No model matches.</p>
          </div>
        </section>
        <footer class="soft small">
          <span>${name} ${version}</span><a href="health">JSON</a><a href="metrics">Metrics</a><a href="./">Home</a>
        </footer>
      </main>
      <script type="application/json" id="data">
        ${jsonForScript({ health, nowMs, startedAtMs })}
      </script>`,
  }
}

const STYLE = `
.figures { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); margin: 1.6rem 0 0; }
.figures > div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1.1rem; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.4rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.providers { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); }
.provider { border-left: 4px solid var(--good); display: grid; gap: .6rem; align-content: start; }
.provider.down { border-left-color: var(--bad); }
.provider .top { flex-wrap: nowrap; align-items: flex-start; }
.provider h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
.provider dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; margin: 0; font-size: .875rem; }
.provider dt { color: var(--soft); }
.provider dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.reason { color: var(--bad); font-size: .875rem; margin: 0; overflow-wrap: anywhere; }
.reason.wait { color: var(--warn); }
.tools { margin: 2.25rem 0 .8rem; }
.tools h2 { margin: 0; }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .3rem .7rem; width: min(16rem, 100%); }
.table { padding: 0; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .5rem .9rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
th { font-weight: 600; }
th button { border: 0; background: none; padding: 0; font-weight: 600; color: var(--soft); }
th button:hover, th[aria-sort] button { color: var(--ink); }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.model { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
.empty { padding: .8rem .9rem; margin: 0; }
`
