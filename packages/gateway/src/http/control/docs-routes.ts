// The reference of the API: a document for programs, and a page for people that works without the internet.
import { page, type Route } from './api/route.ts'
import { openApiDocument } from './api/openapi.ts'
import type { ControlServices } from './api/services.ts'
import { apiDocsPage } from './pages/api-docs.ts'
import { pageResponse } from './pages/html.ts'

/** @param routes what there is to document */
export function docsRoutes(routes: readonly Route[]): readonly Route[] {
  const documentOf = remembered(routes)
  return [
    page(
      {
        path: '/api/openapi.json',
        surface: 'admin',
        tag: 'Health',
        name: 'getOpenApi',
        summary: 'This API as an OpenAPI 3.1 document',
        reply: { description: 'The document.', schema: null, content: { 'application/json': 'OpenAPI 3.1' } },
      },
      (_request, services) => Response.json(documentOf(services)),
    ),
    page(
      {
        path: '/api/docs',
        surface: 'admin',
        tag: 'Health',
        name: 'getApiDocs',
        summary: 'This API as a page',
        reply: { description: 'The page.', schema: null, content: { 'text/html': 'HTML' } },
      },
      (_request, services) => pageResponse(apiDocsPage(documentOf(services), services.state.config().brand.name)),
    ),
  ]
}

/** It takes tens of milliseconds to make, and is open to everybody: made again when the configuration says otherwise. */
function remembered(routes: readonly Route[]): (services: ControlServices) => Readonly<Record<string, unknown>> {
  let made: {
    readonly name: string
    readonly url: string
    readonly document: Readonly<Record<string, unknown>>
  } | null = null
  return ({ state }) => {
    const { brand, server } = state.config()
    const { name } = brand
    const url = server.publicUrl
    if (made === null || made.name !== name || made.url !== url) {
      const facts = { title: name, version: state.version, ...(url === '' ? {} : { url }) }
      made = { name, url, document: openApiDocument(routes, facts) }
    }
    return made.document
  }
}
