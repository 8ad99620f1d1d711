import { Menu as Base } from '@base-ui/react/menu'
import { createLink } from '@tanstack/react-router'
import { Ellipsis } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { useMessages } from '../i18n/use-messages.ts'
import { IconButton } from './button.tsx'
import { cx } from './cx.ts'
import { uiMessages } from './messages/ui.ts'

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement
  readonly children: ReactNode
  readonly align?: 'start' | 'end'
  readonly side?: 'top' | 'bottom'
  /** It was asked for before it was here. */
  readonly defaultOpen?: boolean
}

export function Menu({ trigger, children, align = 'end', side = 'bottom', defaultOpen = false }: MenuProps) {
  return (
    <Base.Root modal={false} defaultOpen={defaultOpen}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} side={side} className="z-50 outline-none">
          <Base.Popup className="popup min-w-44 max-w-80 p-1">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

/** The three dots at the end of a row. @param label of what these are the actions */
export function RowMenu({ label, children }: { readonly label?: string; readonly children: ReactNode }) {
  const t = useMessages(uiMessages)
  return (
    <Menu
      trigger={
        <IconButton label={label === undefined ? t('actions') : `${t('actions')}: ${label}`} size="sm">
          <Ellipsis aria-hidden className="size-4" />
        </IconButton>
      }
    >
      {children}
    </Menu>
  )
}

interface MenuItemProps {
  readonly icon?: ReactNode
  readonly onSelect?: () => void
  readonly tone?: 'plain' | 'danger'
  readonly disabled?: boolean
  readonly children: ReactNode
}

export function MenuItem({ icon, onSelect, tone = 'plain', disabled = false, children }: MenuItemProps) {
  return (
    <Base.Item disabled={disabled} onClick={onSelect} className={cx('menu-item', tone === 'danger' && 'text-bad')}>
      {icon !== undefined && (
        <span aria-hidden className="flex w-4 shrink-0 justify-center [&>svg]:size-4">
          {icon}
        </span>
      )}
      <span className="min-w-0 truncate">{children}</span>
    </Base.Item>
  )
}

interface MenuAnchorProps {
  readonly href?: string
  readonly icon?: ReactNode
  readonly children?: ReactNode
}

function MenuAnchor({ icon, children, ...rest }: MenuAnchorProps) {
  return (
    <Base.Item render={<a {...rest} />} className="menu-item">
      {icon !== undefined && (
        <span aria-hidden className="flex w-4 shrink-0 justify-center [&>svg]:size-4">
          {icon}
        </span>
      )}
      <span className="min-w-0 truncate">{children}</span>
    </Base.Item>
  )
}

/** Takes `to` and `params` as every link does. */
export const MenuLink = createLink(MenuAnchor)

interface MenuChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly options: readonly { readonly value: Value; readonly label: string }[]
}

/** One of several, in a menu. */
export function MenuChoice<Value extends string>({ label, value, onChange, options }: MenuChoiceProps<Value>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-1.5 pb-1 text-xs font-medium text-soft">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: Value) => onChange(next)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} closeOnClick className="menu-item">
            <span aria-hidden className="flex w-4 shrink-0 justify-center">
              <Base.RadioItemIndicator className="size-1.5 rounded-full bg-accent" />
            </span>
            <span className="min-w-0 truncate">{option.label}</span>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  )
}

export function MenuLine() {
  return <Base.Separator className="my-1 h-px bg-line" />
}
