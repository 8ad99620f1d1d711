import { useApi } from '../../../api/hooks.ts'
import { usePerson } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Card } from '../../../ui/card.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { Loaded, SkeletonLines } from '../../../ui/states.tsx'
import { securityMessages } from '../messages/security.ts'
import { SettingsFrame } from '../settings-frame.tsx'
import { IdentitiesCard } from './identities-card.tsx'
import { PasskeysCard } from './passkeys-card.tsx'
import { PasswordCard } from './password-card.tsx'
import { RecoveryCard } from './recovery-card.tsx'
import { TotpCard } from './totp-card.tsx'

export function SecuritySection() {
  const t = useMessages(securityMessages)
  const { mustAddFactor } = usePerson()
  const factors = useApi('getFactors', {}, { account: null })
  const methods = useApi('getLogInMethods', {}, { account: null })
  const waiting = (
    <Card>
      <SkeletonLines lines={6} />
    </Card>
  )
  return (
    <SettingsFrame section="security">
      <Loaded query={factors} skeleton={waiting}>
        {(ways) => (
          <Loaded query={methods} skeleton={waiting}>
            {({ password, issuers }) => (
              <>
                {ways.password && !ways.totp && ways.passkeys === 0 && !mustAddFactor && (
                  <Notice tone="warn">{t('oneFactor')}</Notice>
                )}
                <PasskeysCard />
                <PasswordCard
                  isSet={ways.password}
                  isTaken={password}
                  isOnlyWayIn={ways.passkeys === 0 && ways.identities === 0}
                />
                <TotpCard isOn={ways.totp} />
                <RecoveryCard left={ways.recovery_codes} hasSecondFactor={ways.totp || ways.passkeys > 0} />
                {(issuers.length > 0 || ways.identities > 0) && <IdentitiesCard issuers={issuers} />}
              </>
            )}
          </Loaded>
        )}
      </Loaded>
    </SettingsFrame>
  )
}
