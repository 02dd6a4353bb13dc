import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { flowDiagnosisQuery } from '../../api/flows.ts'
import { Loaded } from '../../app/query-state.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useBuilder } from '../state/provider.tsx'

/** Why the flow does not run, or what it waits for: the most important first. */
export function WhySheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const { id } = useBuilder((state) => state.flow)
  const query = useQuery({ ...flowDiagnosisQuery(id), enabled: open, staleTime: 0 })
  return (
    <Dialog open={open} onClose={onClose} shape="sheet" title={t('why.title')} closeLabel={common('close')}>
      <Loaded query={query} skeleton={<Skeleton className="h-10" />}>
        {({ facts, isBlocked }) =>
          facts.length === 0 ? (
            <p className="text-sm text-ink-2">{t('why.nothing')}</p>
          ) : (
            <ul className="flex flex-col gap-2">
              {facts.map(({ code, message, reason }, index) => (
                <li key={code}>
                  <Banner tone={isBlocked && index === 0 ? 'warning' : 'plain'}>
                    {message}
                    {reason && <p className="mt-1 font-mono text-xs break-words text-ink-2">{reason}</p>}
                  </Banner>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Dialog>
  )
}
