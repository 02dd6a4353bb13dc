import type { FlowVersion } from '@piecework/model/flow/flow'
import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { RoundPicker } from './round-picker.tsx'
import { type OutlineRow, outputsOf } from './run-outline.ts'

const FlowCanvas = lazy(async () => ({ default: (await import('../../builder/canvas/flow-canvas.tsx')).FlowCanvas }))

interface StepsCanvasProps {
  version: FlowVersion
  rows: readonly OutlineRow[]
  shown: string | undefined
  onShow(step: string | null): void
  onRound(loop: string, round: number): void
}

/** A run over the picture of its flow, with the rounds of its loops to choose from. */
export function StepsCanvas({ version, rows, shown, onShow, onRound }: StepsCanvasProps) {
  const { t } = useTranslation('runs')
  const outputs = useMemo(() => outputsOf(rows), [rows])
  const target = useMemo(() => (shown === undefined ? undefined : { name: shown, isFocused: false }), [shown])
  const loops = rows.flatMap((row) => (row.kind === 'step' && row.rounds && row.rounds.count > 1 ? [row] : []))
  return (
    <>
      {loops.length > 0 && (
        <ul aria-label={t('round.loops')} className="flex max-h-24 flex-wrap gap-x-4 gap-y-1 overflow-y-auto px-4 pb-2">
          {loops.map(({ step, rounds }) => (
            <li key={step.name} className="flex items-center gap-2 text-sm">
              <span className="max-w-50 truncate">{step.displayName}</span>
              {rounds && <RoundPicker rounds={rounds} onRound={(round) => onRound(step.name, round)} />}
            </li>
          ))}
        </ul>
      )}
      <Suspense fallback={<div className="min-h-0 flex-1" aria-busy />}>
        <div className="flex min-h-0 flex-1 border-t border-line-1">
          <FlowCanvas
            version={version}
            outputs={outputs}
            selection={shown === undefined ? [] : [shown]}
            openStep={null}
            onSelect={([name]) => name !== undefined && onShow(name)}
            onOpenStep={onShow}
            target={target}
          />
        </div>
      </Suspense>
    </>
  )
}
