import { useQuery } from '@tanstack/react-query'
import { Folder as FolderIcon, FolderMinus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Folder, foldersQuery } from '../../api/folders.ts'
import { useProjectId } from '../../api/session.ts'
import { Dialog } from '../../ui/dialog.tsx'
import type { FlowRef } from './acting.ts'
import type { FlowActs } from './use-flow-acts.ts'

interface MoveSheetProps {
  flows: readonly FlowRef[]
  acts: FlowActs
  onClose(): void
  onMoved(): void
}

const CHOICE = 'flex h-10 w-full items-center gap-2 rounded-sm px-2 text-left hover:bg-hover max-sm:h-11'

/** Chooses the folder that automations go to. */
export function MoveSheet({ flows, acts, onClose, onMoved }: MoveSheetProps) {
  const { t } = useTranslation('automations')
  const { data: folders = [] } = useQuery(foldersQuery(useProjectId()))
  const move = async (folder: Folder | null): Promise<void> => {
    onClose()
    await acts.move(flows, folder)
    onMoved()
  }
  return (
    <Dialog
      open
      shape="sheet"
      width={400}
      onClose={onClose}
      title={t('sheet.move', { count: flows.length, name: flows[0]?.displayName })}
    >
      <ul>
        <li>
          <button type="button" className={CHOICE} onClick={() => void move(null)}>
            <FolderMinus aria-hidden size={16} strokeWidth={1.5} className="text-ink-3" />
            {t('noFolder')}
          </button>
        </li>
        {folders.map((folder) => (
          <li key={folder.id}>
            <button type="button" className={CHOICE} onClick={() => void move(folder)}>
              <FolderIcon aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />
              <span className="min-w-0 flex-1 truncate">{folder.displayName}</span>
              <span className="text-xs text-ink-3">{folder.numberOfFlows}</span>
            </button>
          </li>
        ))}
      </ul>
      {folders.length === 0 && <p className="text-sm text-ink-3">{t('noFolders')}</p>}
    </Dialog>
  )
}
