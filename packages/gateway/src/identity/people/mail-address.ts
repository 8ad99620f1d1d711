import { invalid } from '../checks.ts'

/** One @, a name before it and a host behind it; whether mail arrives is not ours to know. Lower case. */
export function checkedEmail(email: string, param = 'email'): string {
  const address = email.trim().toLowerCase()
  if (address.length <= 254 && /^[^\s@"'<>,;:\\()\p{Cc}]+@[^\s@"'<>,;:\\()\p{Cc}]+$/u.test(address)) return address
  throw invalid(param, 'is not an email address.')
}
