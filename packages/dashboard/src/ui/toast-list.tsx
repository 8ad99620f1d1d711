import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useEffect } from 'react'
import { useMessages } from '../i18n/use-messages.ts'
import { IconButton } from './button.tsx'
import { uiMessages } from './messages/ui.ts'

const manager = Toast.createToastManager()

/** Loaded with the first of them. @param takeAll hands over what waits, and whatever comes from now on */
export function ToastList({ takeAll }: { readonly takeAll: (show: (text: string) => void) => void }) {
  useEffect(() => takeAll((text) => void manager.add({ title: text })), [takeAll])
  return (
    <Toast.Provider toastManager={manager} timeout={5000}>
      <Toast.Portal>
        <Shown />
      </Toast.Portal>
    </Toast.Provider>
  )
}

function Shown() {
  const { toasts } = Toast.useToastManager()
  const t = useMessages(uiMessages)
  return (
    <Toast.Viewport
      aria-label={t('notifications')}
      className="fixed inset-x-4 bottom-4 z-50 flex flex-col items-center gap-2 sm:inset-x-auto sm:right-5 sm:items-end"
    >
      {toasts.map((one) => (
        <Toast.Root
          key={one.id}
          toast={one}
          className="popup flex w-full items-center gap-3 py-2 pr-2 pl-3.5 data-ending-style:opacity-0 sm:w-auto sm:max-w-96"
        >
          <Toast.Content className="flex-1">
            <Toast.Title className="text-base font-medium" />
          </Toast.Content>
          <Toast.Close
            render={
              <IconButton label={t('close')} size="sm">
                <X aria-hidden className="size-3.5" />
              </IconButton>
            }
          />
        </Toast.Root>
      ))}
    </Toast.Viewport>
  )
}
