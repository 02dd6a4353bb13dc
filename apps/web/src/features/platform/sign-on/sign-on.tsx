import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { flagsQuery } from '../../../api/flags.ts'
import { platformQuery } from '../../../api/platform.ts'
import { useSession } from '../../../api/session.ts'
import { GuideLink } from '../../../app/guide-link.tsx'
import { Loaded } from '../../../app/query-state.tsx'
import { SectionHead } from '../../../app/shell/sections.tsx'
import { RowsSkeleton } from '../../../ui/rows-skeleton.tsx'
import { Addresses } from './addresses.tsx'
import { Domain } from './domain.tsx'
import { Providers } from './providers.tsx'
import { Rules } from './rules.tsx'
import { Scim } from './scim.tsx'

/** How people come in: by which services, with which addresses, and who adds them. */
export function SignOn() {
  const { t } = useTranslation('platform')
  const platformId = useSession(({ session }) => session?.platformId ?? '')
  const platform = useQuery(platformQuery(platformId))
  const flags = useQuery(flagsQuery)
  return (
    <>
      <SectionHead title={t('single-sign-on.title')} text={t('single-sign-on.text')} />
      <div>
        <GuideLink to="single-sign-on" />
      </div>
      <Loaded query={platform} skeleton={<RowsSkeleton />}>
        {(known) => (
          <Loaded query={flags} skeleton={<RowsSkeleton />}>
            {(facts) => (
              <>
                <Providers platform={known} flags={facts} />
                <Addresses flags={facts} platformId={known.id} />
                <Domain platform={known} />
                <Rules key={known.updated} platform={known} />
                <Scim url={facts.scimUrl} />
              </>
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  )
}
