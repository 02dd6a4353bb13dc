import type { Logger } from 'pino'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Catalogue } from './catalogue.ts'
import type { PieceExtractor } from './extract.ts'
import { selectOutOfOrder, updateMetadata } from './store.ts'

interface Parts {
  db: Db
  catalogue: Catalogue
  extract: PieceExtractor
  events: Pick<Events, 'announce'>
  log: Logger
}

/**
 * Reads installed pieces again, one after the other, whose order of actions and properties an earlier release has
 * lost. What cannot be read stays as it is until the next start.
 */
export async function rereadPieces({ db, catalogue, extract, events, log }: Parts): Promise<void> {
  // The next sync reads pieces of a registry again.
  for (const { id, name, version, platformId, archiveId } of await selectOutOfOrder(db, 'CUSTOM')) {
    try {
      const source =
        archiveId === null ? ({ type: 'REGISTRY' } as const) : ({ type: 'ARCHIVE', fileId: archiveId } as const)
      await updateMetadata(db, id, await extract({ name, version, source }, platformId))
      catalogue.forget()
      events.announce('PIECES_CHANGED', {})
    } catch (err) {
      log.warn(
        { err, name, version },
        'the metadata of a piece could not be read again: its properties stay sorted by name',
      )
    }
  }
}
