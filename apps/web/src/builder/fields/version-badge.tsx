import { leastVersion, type PieceAction, type PieceTrigger } from '@piecework/model/flow/step'
import { useQuery } from '@tanstack/react-query'
import { ArrowUp } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { pieceVersionsQuery } from '../../api/piece.ts'
import { useProjectId } from '../../api/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { ChangeStep } from './use-step-place.ts'

interface VersionBadgeProps {
  step: PieceAction | PieceTrigger
  isReadOnly: boolean
  onChange: ChangeStep
}

const SHOWN = 12

/** The version of the piece that a step runs on, and the others that there are. */
export function VersionBadge({ step, isReadOnly, onChange }: VersionBadgeProps) {
  const { t } = useTranslation('fields')
  const { pieceName, pieceVersion } = step.settings
  const { data } = useQuery({ ...pieceVersionsQuery(pieceName, useProjectId()), enabled: pieceName !== '' })
  const version = leastVersion(pieceVersion)
  const versions = (data ?? []).map((one) => one.version)
  const newest = versions[0]
  if (isReadOnly || versions.length < 2) return <Badge title={t('version.of')}>{version}</Badge>
  const isOld = newest !== undefined && newest !== version
  return (
    <Menu
      trigger={
        <button type="button" aria-label={t('version.choose', { version })} className="rounded-full">
          <Badge tone={isOld ? 'accent' : 'plain'} {...(isOld ? { icon: ArrowUp } : {})}>
            {version}
          </Badge>
        </button>
      }
      entries={[
        { heading: t('version.of') },
        ...versions.slice(0, SHOWN).map((one, index) => ({
          id: one,
          label: index === 0 ? t('version.newest', { version: one }) : one,
          checked: one === version,
          run: () => onChange({ settings: { pieceVersion: one } }, 'pieceVersion'),
        })),
      ]}
    />
  )
}
