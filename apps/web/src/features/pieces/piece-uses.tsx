import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowUp } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/members.ts'
import { type PieceUse, pieceUsesQuery } from '../../api/piece-uses.ts'
import { useProjectId } from '../../api/session.ts'
import { Loaded } from '../../app/query-state.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'

/** The versions of a piece that a flow uses, each once. */
export const versionsOf = ({ steps }: PieceUse): string[] => [...new Set(steps.map(({ pieceVersion }) => pieceVersion))]

interface PieceUsesProps {
  name: string
  newest: string
  onRaise(): void
}

/** The flows that use a piece, with the versions that they have. */
export function PieceUses({ name, newest, onRaise }: PieceUsesProps) {
  const { t } = useTranslation('pieces')
  const mayRead = useMay('READ_FLOW')
  const refusal = useRefusal('WRITE_FLOW')
  const uses = useQuery({ ...pieceUsesQuery(useProjectId(), name), enabled: mayRead })
  if (!mayRead) return null
  return (
    <section>
      <h3 className="mb-1 text-xs text-ink-3">{t('uses.title')}</h3>
      <Loaded query={uses} skeleton={<RowsSkeleton />}>
        {(flows) => {
          if (flows.length === 0) return <p className="text-sm text-ink-2">{t('uses.none')}</p>
          const old = flows.filter((flow) => versionsOf(flow).some((version) => version !== newest))
          return (
            <>
              <ul className="mb-2">
                {flows.map((flow) => (
                  <li key={flow.id} className="flex min-h-8 items-center gap-2 text-sm">
                    <Link
                      to="/flows/$flowId"
                      params={{ flowId: flow.id }}
                      className="min-w-0 flex-1 truncate rounded-xs hover:underline"
                    >
                      {flow.displayName}
                    </Link>
                    {versionsOf(flow).map((version) => (
                      <Badge key={version} tone={version === newest ? 'plain' : 'warning'}>
                        {version}
                      </Badge>
                    ))}
                  </li>
                ))}
              </ul>
              {old.length > 0 && (
                <Button size="sm" icon={ArrowUp} refusal={refusal} onClick={onRaise}>
                  {t('uses.raise', { count: old.length })}
                </Button>
              )}
            </>
          )
        }}
      </Loaded>
    </section>
  )
}
