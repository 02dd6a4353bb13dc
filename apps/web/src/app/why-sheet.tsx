import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { flowDiagnosisQuery } from '../api/flows.ts'
import { Banner } from '../ui/banner.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Loaded } from './query-state.tsx'
import { whyWords } from './why-words.ts'

interface WhySheetProps {
  flowId: string
  /** The name of the flow, where the page does not say which one it is. */
  name?: string
  open: boolean
  onClose(): void
}

/** Why a flow does not run, or what it waits for: the most important first. */
export function WhySheet({ flowId, name, open, onClose }: WhySheetProps) {
  const { t } = useTranslation()
  const query = useQuery({ ...flowDiagnosisQuery(flowId), enabled: open, staleTime: 0 })
  return (
    <Dialog open={open} onClose={onClose} shape="sheet" title={t('why.title')} description={name}>
      <Loaded query={query} skeleton={<Skeleton className="h-10" />}>
        {({ facts, isBlocked }) =>
          facts.length === 0 ? (
            <p className="text-sm text-ink-2">{t('why.nothing')}</p>
          ) : (
            <ul className="flex flex-col gap-2">
              {facts.map((fact, index) => (
                <li key={fact.code}>
                  <Banner tone={isBlocked && index === 0 ? 'warning' : 'plain'}>
                    {whyWords(fact, t)}
                    {fact.reason && <p className="mt-1 font-mono text-xs break-words text-ink-2">{fact.reason}</p>}
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
