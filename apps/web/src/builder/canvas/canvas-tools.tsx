import type { Step } from '@piecework/model/flow/step'
import { MiniMap, Panel, useReactFlow, useStore } from '@xyflow/react'
import { Map as MapIcon, Maximize, Minus, Plus } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../ui/icon-button.tsx'
import { FLOAT } from '../../ui/menu-styles.ts'
import { useCanvas, useSteps } from './context.ts'
import { keptMap } from './kept.ts'
import type { CanvasNode } from './node-list.ts'
import { type CardState, cardStateOf } from './run-states.ts'
import { useKept } from './use-kept.ts'

const STATE_COLOURS: Partial<Record<CardState, string>> = {
  failed: 'var(--failed-solid)',
  incomplete: 'var(--warning-solid)',
  succeeded: 'var(--success-solid)',
}

const MAP_STYLE = { width: 174, height: 120 }
const frameColour = ({ type }: CanvasNode): string => (type === 'frame' ? 'var(--border-control)' : 'transparent')

/** The whole flow, small. A change of the function that colours it draws every step again: it stays while the colours do. */
function FlowMap() {
  const { t } = useTranslation('builder')
  const { selected, outputs } = useCanvas()
  const steps = useSteps()
  const fresh = useMemo(() => {
    const colourOf = (step: Step): string =>
      selected.has(step.name) ? 'var(--accent)' : (STATE_COLOURS[cardStateOf(step, outputs)] ?? 'var(--skipped-solid)')
    return new Map([...steps].map(([name, step]) => [name, colourOf(step)]))
  }, [steps, selected, outputs])
  const colours = useKept<ReadonlyMap<string, string>, ReadonlyMap<string, string>>(fresh, keptMap)
  const colourOf = useCallback(
    ({ type, id }: CanvasNode): string => (type === 'card' && colours.get(id)) || 'transparent',
    [colours],
  )
  return (
    <MiniMap<CanvasNode>
      ariaLabel={t('tools.map')}
      position="top-left"
      pannable
      nodeColor={colourOf}
      nodeStrokeColor={frameColour}
      nodeStrokeWidth={6}
      bgColor="var(--surface-canvas)"
      maskColor="color-mix(in oklch, var(--accent) 6%, transparent)"
      className="static! m-0! block max-sm:hidden!"
      style={MAP_STYLE}
    />
  )
}

/** The map and the zoom, top left: a flow begins narrow, so that this corner is free. On a phone it is not: there they are at the bottom. */
export function CanvasTools({ onFit }: { onFit(): void }) {
  const { t } = useTranslation('builder')
  const { zoomIn, zoomOut } = useReactFlow()
  const zoom = useStore(({ transform }) => transform[2])
  const [hasMap, setMap] = useState(true)
  return (
    <Panel
      position="top-left"
      className={`${FLOAT} w-44 overflow-hidden max-sm:top-auto! max-sm:bottom-0! max-sm:w-auto`}
      style={{ margin: 12 }}
    >
      {hasMap && <FlowMap />}
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
