import { Badge, type Tone } from '../../ui/badge.tsx'

interface StatusBadgeProps {
  readonly status: number
  readonly error: string | null
}

/** What the client saw. A 200 that broke off is no success. */
export function StatusBadge({ status, error }: StatusBadgeProps) {
  return (
    <Badge dot tone={toneOf(status, error)}>
      {status}
    </Badge>
  )
}

function toneOf(status: number, error: string | null): Tone {
  if (status === 499) return 'neutral'
  if (status === 429) return 'warn'
  if (status >= 400 || error !== null) return 'bad'
  return 'good'
}
