import './styles.css'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { surroundings } from './api/client.ts'
import { applyPreferences } from './app/preferences.ts'
import { queryClient } from './app/query-client.ts'
import { watchReachable } from './app/reachable.ts'
import { router } from './app/router.ts'
import { sessionChanged } from './app/session.ts'

applyPreferences()
watchReachable()
surroundings.loggedOut = () => void sessionChanged()

const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no #root.')
createRoot(root).render(
  <StrictMode>
    {/* The content security policy takes no style elements. */}
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
)
