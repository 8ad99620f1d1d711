import { Outlet } from '@tanstack/react-router'
import { useMessages } from '../i18n/use-messages.ts'
import { useReachable } from '../app/reachable.ts'
import { Toasts } from '../ui/toast.tsx'
import { WifiOff } from 'lucide-react'
import { shellMessages } from './messages/shell.ts'
import { ProofHost } from './proof-host.tsx'

/** Around every page: who must be told of something is told, wherever they are. */
export function RootFrame() {
  return (
    <>
      <OfflineBar />
      <Outlet />
      <ProofHost />
      <Toasts />
    </>
  )
}

function OfflineBar() {
  const t = useMessages(shellMessages)
  const reachable = useReachable()
  if (reachable) return null
  return (
    <p
      role="alert"
      className="sticky top-0 z-30 flex items-center justify-center gap-2 bg-warn-soft px-4 py-2 text-base text-warn"
    >
      <WifiOff aria-hidden className="size-4 shrink-0" />
      {t('offline')}
    </p>
  )
}
