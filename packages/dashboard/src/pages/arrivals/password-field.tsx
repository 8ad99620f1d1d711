import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { useMessages } from '../../i18n/use-messages.ts'
import { IconButton } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { arrivalMessages } from './messages.ts'

interface PasswordFieldProps {
  readonly label?: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** A new one is offered to the password manager, and said how long it must be. */
  readonly isNew?: boolean
  readonly error?: string | undefined
}

const SHORTEST = 10
const LONGEST_PASSWORD = 1024

/** @returns what is wrong with a new one, by key; null = nothing */
export function passwordProblem(password: string): 'passwordNeeded' | 'passwordShort' | null {
  if (password === '') return 'passwordNeeded'
  return [...password].length < SHORTEST ? 'passwordShort' : null
}

export function PasswordField({ label, value, onChange, isNew = false, error }: PasswordFieldProps) {
  const t = useMessages(arrivalMessages)
  const [shown, setShown] = useState(false)
  return (
    <TextField
      label={label ?? t('password')}
      type={shown ? 'text' : 'password'}
      autoComplete={isNew ? 'new-password' : 'current-password'}
      maxLength={LONGEST_PASSWORD}
      spellCheck={false}
      value={value}
      onChange={onChange}
      error={error}
      {...(isNew ? { help: t('passwordHelp') } : {})}
      after={
        <IconButton label={shown ? t('hidePassword') : t('showPassword')} size="sm" onClick={() => setShown(!shown)}>
          {shown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
        </IconButton>
      }
    />
  )
}
