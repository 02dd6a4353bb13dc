import { useTranslation } from 'react-i18next'
import { SectionHead } from '../../app/shell/sections.tsx'
import { PasswordForm } from './password.tsx'
import { PersonalTokens } from './personal-tokens.tsx'
import { SecondFactor } from './second-factor.tsx'
import { Sessions } from './sessions.tsx'

/** How the person signs in, and where they are signed in. */
export function Security() {
  const { t } = useTranslation('settings')
  return (
    <>
      <SectionHead title={t('security.title')} text={t('security.text')} />
      <div className="flex flex-col gap-8">
        <PasswordForm />
        <SecondFactor />
        <Sessions />
        <PersonalTokens />
      </div>
    </>
  )
}
