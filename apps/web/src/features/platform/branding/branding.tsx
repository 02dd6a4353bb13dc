import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { platformQuery } from '../../../api/platform.ts'
import { useSession } from '../../../api/session.ts'
import { GuideLink } from '../../../app/guide-link.tsx'
import { Loaded } from '../../../app/query-state.tsx'
import { SectionHead } from '../../../app/shell/sections.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { BrandingForm } from './branding-form.tsx'

/** The look of the platform to its people: in the app, at the sign-in, in mails and on public pages. */
export function Branding() {
  const { t } = useTranslation('platform')
  const platformId = useSession(({ session }) => session?.platformId ?? '')
  const platform = useQuery(platformQuery(platformId))
  return (
    <>
      <SectionHead
        title={t('branding.title')}
        text={
          <>
            {t('branding.text')} <GuideLink to="branding" />
          </>
        }
      />
      <Loaded query={platform} skeleton={<Skeleton className="h-80 rounded-md" />}>
        {(known) => <BrandingForm key={known.updated} platform={known} />}
      </Loaded>
    </>
  )
}
