// Hears of the end of the session as it happens: a log-out in another tab, another role, suspension.
import { BASE_PATH } from './base.ts'
import { sessionChanged } from './session.ts'

/** @returns ends the watch */
export function watchSession(): () => void {
  const events = new EventSource(`${BASE_PATH}/api/session/events`)
  events.addEventListener('session-ended', () => {
    events.close()
    void sessionChanged()
  })
  return () => events.close()
}
