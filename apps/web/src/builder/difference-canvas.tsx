import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { flowVersionQuery } from '../api/flows.ts'
import { fullTime } from '../app/format.ts'
import { Loaded } from '../app/query-state.tsx'
import { Badge } from '../ui/badge.tsx'
import { type CardChange, CHANGE_TONES } from './canvas/context.ts'
import { CanvasToRead } from './canvas-to-read.tsx'
import { drawnChanges } from './header/drawn-changes.ts'
import { useBuilder, useBuilderStore } from './state/provider.tsx'
import { Viewing } from './viewing.tsx'

/** The draft with what differs from another version: added, changed, moved and removed steps. */
export function DifferenceCanvas({ versionId }: { versionId: string }) {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const flowId = useBuilder((state) => state.flow.id)
  const draft = useBuilder((state) => state.version)
  const other = useQuery(flowVersionQuery(flowId, versionId))
  const drawn = useMemo(() => other.data && drawnChanges(other.data.version, draft), [other.data, draft])
  const time = other.data ? fullTime(other.data.version.updated) : ''
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <Viewing
        text={
          <span className="flex flex-wrap items-center gap-2">
            {t('versions.comparing', { time })}
            {drawn && <Counts changes={drawn.changes} />}
          </span>
        }
        onBack={() => builder.show('draft')}
      />
      <Loaded query={other} skeleton={null}>
        {() => drawn && <CanvasToRead version={drawn.version} changes={drawn.changes} />}
      </Loaded>
    </div>
  )
}

const KINDS = ['added', 'changed', 'moved', 'removed'] as const

function Counts({ changes }: { changes: ReadonlyMap<string, CardChange> }) {
  const { t } = useTranslation('builder')
  const kinds = [...changes.values()]
  if (kinds.length === 0) return t('publish.none')
  return KINDS.map((kind) => {
    const count = kinds.filter((other) => other === kind).length
    return (
      count > 0 && (
        <Badge key={kind} tone={CHANGE_TONES[kind]}>
          {`${t(`publish.${kind}`)}: ${count}`}
        </Badge>
      )
    )
  })
}
