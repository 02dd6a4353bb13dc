import { useQuery } from '@tanstack/react-query'
import {
  BellRing,
  CircleQuestionMark,
  CopyPlus,
  Download,
  Ellipsis,
  FileCode,
  FolderInput,
  History,
  List,
  Pencil,
  Play,
  Redo2,
  StickyNote,
  Trash2,
  Undo2,
  Waypoints,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { foldersQuery } from '../../api/folders.ts'
import { useMay } from '../../api/members.ts'
import { useRefusal } from '../../app/refusal.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu, type MenuEntry } from '../../ui/menu.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { useFlowTest } from './use-flow-test.ts'
import { useWholeFlow } from './use-whole-flow.ts'

interface FlowMenuProps {
  onOpen(what: 'runs' | 'versions' | 'why' | 'upkeep' | 'graph'): void
  /** Begins to edit the name. */
  onRename(): void
}

/** Everything that can be done with the flow as a whole. */
export function FlowMenu({ onOpen, onRename }: FlowMenuProps) {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const builder = useBuilderStore()
  const isReadOnly = useBuilder((state) => state.isReadOnly)
  const test = useFlowTest()
  const refusal = useRefusal('WRITE_FLOW')
  const mayReadRuns = useMay('READ_RUN')
  const locked = refusal ?? (isReadOnly ? t('refusal.readOnly') : undefined)
  const whole = useWholeFlow()
  const folders = useFolderEntries(whole.moveTo)
  const addNote = (): void => {
    const size = { width: 240, height: 120 }
    const request = { id: crypto.randomUUID(), content: '', color: 'yellow' as const, position: { x: 220, y: 0 }, size }
    builder.apply({ type: 'ADD_NOTE', request })
  }
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={t('header.menu')} />}
      entries={[
        // They have no room in the header of a phone.
        ...(hasRoom()
          ? []
          : [
              { id: 'test', label: t('header.test'), icon: Play, refusal, run: () => test.mutate() },
              { id: 'undo', label: t('undo'), icon: Undo2, refusal: locked, run: builder.undo },
              { id: 'redo', label: t('redo'), icon: Redo2, refusal: locked, run: builder.redo },
            ]),
        { id: 'rename', label: common('rename'), icon: Pencil, refusal: locked, run: onRename },
        {
          ...{ id: 'duplicate', label: t('menu.duplicate'), icon: CopyPlus, refusal },
          run: () => void whole.duplicate(),
        },
        ...(refusal === undefined
          ? [{ id: 'move', label: t('header.move'), icon: FolderInput, items: folders }]
          : [{ id: 'move', label: t('header.move'), icon: FolderInput, refusal, run: () => {} }]),
        { id: 'note', label: t('note.add'), icon: StickyNote, refusal: locked, run: addNote },
        '-',
        ...(mayReadRuns ? [{ id: 'runs', label: t('header.runs'), icon: List, run: () => onOpen('runs') }] : []),
        { id: 'versions', label: t('header.versions'), icon: History, run: () => onOpen('versions') },
        { id: 'graph', label: t('header.graph'), icon: Waypoints, run: () => onOpen('graph') },
        { id: 'upkeep', label: t('header.upkeep'), icon: BellRing, run: () => onOpen('upkeep') },
        { id: 'why', label: common('why.title'), icon: CircleQuestionMark, run: () => onOpen('why') },
        '-',
        { id: 'export', label: t('header.export'), icon: Download, run: () => void whole.save() },
        {
          id: 'export-program',
          label: t('header.exportProgram'),
          icon: FileCode,
          run: () => void whole.saveProgram(),
        },
        '-',
        {
          ...{ id: 'delete', label: t('header.delete'), icon: Trash2, danger: true, refusal },
          run: () => void whole.remove(),
        },
      ]}
    />
  )
}

function useFolderEntries(moveTo: ReturnType<typeof useWholeFlow>['moveTo']): MenuEntry[] {
  const { t } = useTranslation('builder')
  const projectId = useBuilder((state) => state.flow.projectId)
  const folderId = useBuilder((state) => state.flow.folderId)
  const { data: folders = [] } = useQuery(foldersQuery(projectId))
  return [
    { id: 'none', label: t('header.noFolder'), checked: folderId === null, run: () => void moveTo(null) },
    ...folders.map((folder) => ({
      ...{ id: folder.id, label: folder.displayName, checked: folder.id === folderId },
      run: () => void moveTo(folder),
    })),
  ]
}

const hasRoom = (): boolean => matchMedia('(min-width: 640px)').matches
