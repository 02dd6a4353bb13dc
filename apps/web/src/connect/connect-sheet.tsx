import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { newestPieceQuery } from '../api/piece.ts'
import { useProjectId } from '../api/session.ts'
import { Loaded } from '../app/query-state.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { RowsSkeleton } from '../ui/rows-skeleton.tsx'
import { ConnectDialog } from './connect-dialog.tsx'
import type { Connection } from './use-connect.ts'

interface ConnectSheetProps {
  pieceName: string
  /** Gets a new value; everything that names it goes on to work. */
  connection?: { externalId: string; displayName: string } | undefined
  /** The id by which flows name the new connection already. */
  wanted?: string | undefined
  onClose(created?: Connection): void
}

/** Connects a piece that is known by its name alone. */
export function ConnectSheet({ pieceName, connection, wanted, onClose }: ConnectSheetProps) {
  const { t } = useTranslation('connect')
  const projectId = useProjectId()
  const piece = useQuery(newestPieceQuery(pieceName, projectId))
  if (piece.data)
    return (
      <ConnectDialog
        piece={piece.data}
        projectId={projectId}
        existing={connection}
        wanted={wanted}
        onClose={() => onClose()}
        onConnected={onClose}
      />
    )
  return (
    <Dialog
      open
      shape="sheet"
      onClose={() => onClose()}
      title={connection ? t('again', { name: connection.displayName }) : t('title', { piece: pieceName })}
    >
      <Loaded query={piece} skeleton={<RowsSkeleton />}>
        {() => null}
      </Loaded>
    </Dialog>
  )
}
