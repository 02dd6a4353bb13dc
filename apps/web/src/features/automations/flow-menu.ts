import type { TFunction } from 'i18next'
import {
  CircleQuestionMark,
  Copy,
  FileCode,
  FolderInput,
  Link,
  PencilLine,
  Play,
  SquareArrowOutUpRight,
  Trash2,
  Upload,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { FlowOverview } from '../../api/flows.ts'
import type { Folder } from '../../api/folders.ts'
import { useRefusal } from '../../app/refusal.ts'
import type { MenuEntry } from '../../ui/menu.tsx'
import type { Sheet } from './sheets.tsx'
import type { FlowActs } from './use-flow-acts.ts'

interface MenuContext {
  acts: FlowActs
  show(sheet: Sheet): void
  /** Why nothing can be edited. */
  refusal: string | undefined
  t: TFunction<'automations'>
  common: TFunction<'common'>
}

/** Everything that the menus of a list share. */
export function useMenuContext({ acts, show }: Pick<MenuContext, 'acts' | 'show'>): MenuContext {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  return { acts, show, refusal: useRefusal('WRITE_FLOW'), t, common }
}

/** The menu of one automation. */
export function flowEntries(flow: FlowOverview, { acts, show, refusal, t, common }: MenuContext): MenuEntry[] {
  return [
    { id: 'open', label: t('menu.open'), icon: SquareArrowOutUpRight, run: () => acts.open(flow.id) },
    {
      id: 'rename',
      label: t('menu.rename'),
      icon: PencilLine,
      refusal,
      run: () => show({ kind: 'rename-flow', flow }),
    },
    { id: 'duplicate', label: t('menu.duplicate'), icon: Copy, refusal, run: () => void acts.duplicate(flow) },
    { id: 'move', label: t('menu.move'), icon: FolderInput, refusal, run: () => show({ kind: 'move', flows: [flow] }) },
    { id: 'export', label: t('menu.export'), icon: Upload, run: () => void acts.save(flow) },
    { id: 'export-program', label: t('menu.exportProgram'), icon: FileCode, run: () => void acts.saveProgram(flow) },
    { id: 'why', label: common('why.title'), icon: CircleQuestionMark, run: () => show({ kind: 'why', flow }) },
    { id: 'address', label: t('menu.address'), icon: Link, run: () => void acts.copyAddress(flow) },
    '-',
    {
      id: 'delete',
      label: t('menu.delete'),
      icon: Trash2,
      danger: true,
      refusal,
      run: () => void acts.remove([flow]),
    },
  ]
}

/** The menu of a folder. */
export function folderEntries(folder: Folder, { acts, show, refusal, t }: MenuContext): MenuEntry[] {
  return [
    { id: 'new', label: t('menu.newHere'), icon: Play, refusal, run: () => void acts.create(folder.id) },
    {
      ...{ id: 'rename', label: t('menu.rename'), icon: PencilLine, refusal },
      run: () => show({ kind: 'rename-folder', folder }),
    },
    '-',
    {
      ...{ id: 'delete', label: t('menu.delete'), icon: Trash2, danger: true, refusal },
      run: () => void acts.removeFolder(folder),
    },
  ]
}
