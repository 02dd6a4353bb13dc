import { lazy, Suspense } from 'react'
import type { FlowOverview } from '../../api/flows.ts'
import type { Folder } from '../../api/folders.ts'
import { WhySheet } from '../../app/why-sheet.tsx'
import type { FlowRef } from './acting.ts'
import { MoveSheet } from './move-sheet.tsx'
import { NameSheet } from './name-sheet.tsx'
import type { FlowActs } from './use-flow-acts.ts'

const ImportSheet = lazy(() => import('./importing/import-sheet.tsx'))
const ExamplesSheet = lazy(() => import('./examples/examples-sheet.tsx'))

/** The sheet that is open at the side. */
export type Sheet =
  | { kind: 'new-folder' }
  | { kind: 'rename-folder'; folder: Folder }
  | { kind: 'rename-flow'; flow: FlowOverview }
  | { kind: 'move'; flows: readonly FlowRef[] }
  | { kind: 'why'; flow: FlowRef }
  | { kind: 'import' }
  | { kind: 'examples' }

interface SheetsProps {
  sheet: Sheet | null
  acts: FlowActs
  onClose(): void
  onMoved(): void
}

export function Sheets({ sheet, acts, onClose, onMoved }: SheetsProps) {
  if (sheet === null) return null
  switch (sheet.kind) {
    case 'move':
      return <MoveSheet flows={sheet.flows} acts={acts} onClose={onClose} onMoved={onMoved} />
    case 'why':
      return <WhySheet open flowId={sheet.flow.id} name={sheet.flow.displayName} onClose={onClose} />
    case 'import':
      return (
        <Suspense>
          <ImportSheet acts={acts} onClose={onClose} />
        </Suspense>
      )
    case 'examples':
      return (
        <Suspense>
          <ExamplesSheet acts={acts} onClose={onClose} />
        </Suspense>
      )
    default:
      return <NameSheet subject={sheet} onClose={onClose} onSaved={acts.refresh} />
  }
}
