import { useTranslation } from 'react-i18next'
import { GuideLink } from '../../app/guide-link.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { LinkedAccounts } from './linked-accounts.tsx'
import { PasswordForm } from './password.tsx'
import { PersonalTokens } from './personal-tokens.tsx'
import { SecondFactor } from './second-factor.tsx'
import { Sessions } from './sessions.tsx'

/** How the person signs in, and where they are signed in. */
export function Security() {
  const { t } = useTranslation('settings')
  return (
    <>
      <SectionHead
        title={t('security.title')}
        text={
          <>
            {t('security.text')} <GuideLink to="keep-your-account-safe" />
          </>
        }
      />
      <div className="flex flex-col gap-8">
        <PasswordForm />
        <LinkedAccounts />
        <SecondFactor />
        <Sessions />
        <PersonalTokens />
      </div>
    </>
  )
}
