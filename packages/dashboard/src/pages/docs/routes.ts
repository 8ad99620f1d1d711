import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { LANGUAGES, type Language } from 'fairlead/connect/snippets/example.ts'
import { shellRoute } from '../../app/root-routes.ts'

/** What the snippets show: a link to this page shows the same. */
export interface DocsSearch {
  readonly model?: string
  readonly embeddings?: string
  readonly images?: string
  readonly lang?: Language
}

export const docsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/docs',
  validateSearch: (search: Record<string, unknown>): DocsSearch => {
    const lang = LANGUAGES.find((one) => one === search['lang'])
    return {
      ...modelIn('model', search),
      ...modelIn('embeddings', search),
      ...modelIn('images', search),
      ...(lang === undefined ? {} : { lang }),
    }
  },
  component: lazyRouteComponent(async () => await import('./docs-page.tsx'), 'DocsPage'),
})

export const DOCS = [docsRoute] as const

/** A link may say anything; what is shown in a snippet is at least no essay. */
function modelIn(name: 'model' | 'embeddings' | 'images', search: Readonly<Record<string, unknown>>): DocsSearch {
  const value = search[name]
  return typeof value === 'string' && value !== '' && value.length <= 200 ? { [name]: value } : {}
}
