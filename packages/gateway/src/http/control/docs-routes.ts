// The reference of the API: a document for programs, and a page for people that works without the internet.
import { page, type Route } from './api/route.ts'
import { openApiDocument } from './api/openapi.ts'
import type { ControlServices } from './api/services.ts'
import { apiDocsPage } from './pages/api-docs.ts'
import { pageResponse } from './pages/html.ts'

/** @param routes what there is to document */
export function docsRoutes(routes: readonly Route[]): readonly Route[] {
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
      (_request, services) => Response.json(documentOf(routes, services)),
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
      (_request, services) =>
        pageResponse(apiDocsPage(documentOf(routes, services), services.state.config().brand.name)),
    ),
  ]
}

function documentOf(routes: readonly Route[], { state }: ControlServices): Readonly<Record<string, unknown>> {
  const { brand, server } = state.config()
  const url = server.publicUrl === '' ? {} : { url: server.publicUrl }
  return openApiDocument(routes, { title: brand.name, version: state.version, ...url })
}
