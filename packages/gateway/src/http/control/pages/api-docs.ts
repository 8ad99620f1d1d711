// GET /api/docs: the reference of the API, for people. Made from the OpenAPI document and nothing else, so it cannot say
// something else; it loads nothing, so it works where there is no internet.
import { API_DOCS_SCRIPT } from './api-docs-script.ts'
import { API_DOCS_STYLE } from './api-docs-style.ts'
import { html, jsonForScript, type Page } from './html.ts'
import { BASE_STYLE } from './style.ts'

export function apiDocsPage(document: unknown, name: string): Page {
  return {
    title: `API of ${name}`,
    style: BASE_STYLE + API_DOCS_STYLE,
    script: API_DOCS_SCRIPT,
    body: html`<a class="skip" href="#content">To the content</a>
      <div class="frame">
        <nav class="side" aria-label="Endpoints">
          <div class="side-head">
            <strong>${name} API</strong>
            <button type="button" class="menu" id="menu" aria-expanded="false" aria-controls="index">Endpoints</button>
          </div>
          <input type="search" id="search" placeholder="Search (press /)" aria-label="Search endpoints" />
          <div id="index"></div>
        </nav>
        <main id="content">
          <header>
            <h1>${name} control plane</h1>
            <p class="lead" id="lead"></p>
            <p class="soft small">
              <a href="openapi.json" id="document">OpenAPI 3.1 document</a> · Version <span id="version"></span> ·
              <a href="../" id="home">Home</a>
            </p>
          </header>
          <noscript>
            <p class="notice warn">
              This page needs its script. The same is in <a href="openapi.json">openapi.json</a>.
            </p>
          </noscript>
          <p class="notice" id="none" role="status" hidden>No endpoint matches.</p>
          <div id="operations"></div>
          <section id="schemas"></section>
        </main>
      </div>
      <script type="application/json" id="data">
        ${jsonForScript(document)}
      </script>`,
  }
}
