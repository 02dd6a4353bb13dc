import type { FlowOverview } from '../../api/flows.ts'
import type { Folder } from '../../api/folders.ts'
import type { Sheet } from './sheets.tsx'
import type { FlowActs } from './use-flow-acts.ts'

export type Row =
  | { kind: 'folder'; folder: Folder; isOpen: boolean }
  /** In the place of what is in an open folder: it is loading, or there is nothing. */
  | { kind: 'note'; folder: Folder; isLoading: boolean }
  | { kind: 'flow'; flow: FlowOverview; folderName?: string | undefined }

/** The props that the table and the list of a phone share. */
export interface ListProps {
  rows: readonly Row[]
  now: number
  chosen: ReadonlyMap<string, FlowOverview>
  onChoose(flows: readonly FlowOverview[], isOn: boolean): void
  onTurn(folderId: string): void
  acts: FlowActs
  show(sheet: Sheet): void
}
