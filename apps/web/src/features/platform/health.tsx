import { useQuery } from '@tanstack/react-query'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { healthQuery } from '../../api/administration.ts'
import { flagsQuery } from '../../api/flags.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

const PARTS = ['database', 'cpu', 'ram', 'disk'] as const

/** Whether the machine has room for what runs on it. */
export function Health() {
  const { t } = useTranslation('platform')
  const query = useQuery(healthQuery)
  const { data: flags } = useQuery(flagsQuery)
  return (
    <>
      <SectionHead title={t('health.title')} text={flags ? t('health.text', { version: flags.version }) : undefined} />
      <Loaded query={query} skeleton={<Skeleton className="h-40 rounded-md" />}>
        {(health) => (
          <ul className="divide-y divide-line-1 rounded-md border border-line-2 bg-raised">
            {PARTS.map((part) => (
              <li key={part} className="flex items-start gap-3 px-4 py-3">
                {health[part] ? (
                  <CircleCheck aria-hidden size={16} className="mt-0.5 text-success-fg" />
                ) : (
                  <TriangleAlert aria-hidden size={16} className="mt-0.5 text-warning-fg" />
                )}
                <span>
                  <span className="block font-medium">{t(`health.${part}`)}</span>
                  <span className="block text-sm text-ink-2">
                    {health[part] ? t('health.good') : t(`health.advice.${part}`)}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  )
}
