import { useMatches } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRole } from '../../api/members.ts'
import { StateMessage } from '../../ui/states.tsx'
import { Header } from './header.tsx'

/** The page, or who can grant what the page needs: see `needs` in the router. */
export function Allowed({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const needs = useMatches({ select: (matches) => matches.findLast(({ staticData }) => staticData.needs)?.staticData })
  const { may } = useRole()
  if (needs?.needs === undefined || may(needs.needs)) return children
  return (
    <>
      <Header title={t('error.forbiddenTitle')} />
      <StateMessage icon={Lock} title={t('error.forbiddenTitle')} text={t('error.forbidden')} />
    </>
  )
}
