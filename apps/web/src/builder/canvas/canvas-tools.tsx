import { MiniMap, Panel, useReactFlow, useStore } from '@xyflow/react'
import { Map as MapIcon, Maximize, Minus, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../ui/icon-button.tsx'
import { FLOAT } from '../../ui/menu-styles.ts'
import { useCanvas } from './context.ts'
import type { CanvasNode } from './nodes.tsx'
import { type CardState, cardStateOf } from './run-states.ts'

const STATE_COLOURS: Partial<Record<CardState, string>> = {
  failed: 'var(--failed-solid)',
  incomplete: 'var(--warning-solid)',
  succeeded: 'var(--success-solid)',
}

/** The map and the zoom, top left: a flow begins narrow, so that this corner is free. On a phone it is not: there they are at the bottom. */
export function CanvasTools({ onFit }: { onFit(): void }) {
  const { t } = useTranslation('builder')
  const { zoomIn, zoomOut } = useReactFlow()
  const zoom = useStore(({ transform }) => transform[2])
  const { selected, outputs } = useCanvas()
  const [hasMap, setMap] = useState(true)
  const colourOf = (node: CanvasNode): string => {
    if (node.type !== 'card') return 'transparent'
    if (selected.has(node.id)) return 'var(--accent)'
    return STATE_COLOURS[cardStateOf(node.data.step, outputs)] ?? 'var(--skipped-solid)'
  }
  return (
    <Panel
      position="top-left"
      className={`${FLOAT} w-44 overflow-hidden max-sm:top-auto! max-sm:bottom-0! max-sm:w-auto`}
      style={{ margin: 12 }}
    >
      {hasMap && (
        <MiniMap<CanvasNode>
          ariaLabel={t('tools.map')}
          position="top-left"
          pannable
          nodeColor={colourOf}
          nodeStrokeColor={(node) => (node.type === 'frame' ? 'var(--border-control)' : 'transparent')}
          nodeStrokeWidth={6}
          bgColor="var(--surface-canvas)"
          maskColor="color-mix(in oklch, var(--accent) 6%, transparent)"
          className="static! m-0! block max-sm:hidden!"
          style={{ width: 174, height: 120 }}
        />
      )}
      <div className="flex h-8 items-center border-line-1 px-1 text-xs text-ink-2 sm:border-t">
        <IconButton icon={Minus} size="xs" label={t('tools.zoomOut')} onClick={() => void zoomOut()} />
        <span className="w-10 text-center tabular-nums">{Math.round(zoom * 100)}%</span>
        <IconButton icon={Plus} size="xs" label={t('tools.zoomIn')} onClick={() => void zoomIn()} />
        <span className="ml-auto flex">
          <IconButton icon={Maximize} size="xs" label={t('tools.fit')} onClick={onFit} />
          <IconButton
            icon={MapIcon}
            size="xs"
            aria-pressed={hasMap}
            label={t('tools.map')}
            className="max-sm:hidden"
            onClick={() => setMap(!hasMap)}
          />
        </span>
      </div>
    </Panel>
  )
}
