import { AppError, notFound } from '@piecework/model/errors'
import type { PieceSource } from '@piecework/worker/task'
import type { Logger } from 'pino'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import { piecePolicy } from '../../policies/piece.ts'
import { authorize } from '../../policies/policy.ts'
import type { Files } from '../files/service.ts'
import { readManifest } from './archive.ts'
import type { Catalogue, CataloguedPiece } from './catalogue.ts'
import type { PieceExtractor } from './extract.ts'
import { rereadPieces } from './reread.ts'
import { deletePieces, insertPiece, selectOwnPiece } from './store.ts'

export interface InstallRequest {
  name: string
  version: string
  /** The tarball, for a piece that is not taken from the npm registry. */
  archive?: { data: Uint8Array; fileName: string } | undefined
}

/** Puts pieces into the catalogue of a platform, and takes them out. */
export interface PieceInstalls {
  /**
   * A failed install leaves nothing behind.
   * @throws AppError VALIDATION when the platform has this version, ENGINE_OPERATION_FAILURE with npm's or the
   *   piece's own words.
   */
  install(actor: Actor, request: InstallRequest): Promise<CataloguedPiece>
  /** @throws AppError ENTITY_NOT_FOUND */
  remove(actor: Actor, id: string): Promise<void>
  /** Reads pieces again, in the background, that an earlier release did not keep in order. */
  startRereading(): void
}

interface Parts {
  db: Db
  files: Files
  catalogue: Catalogue
  extract: PieceExtractor
  events: Pick<Events, 'announce'>
  log: Logger
}

/** A request on a platform. */
type Wanted = InstallRequest & { platformId: string }

export function createPieceInstalls({ db, files, catalogue, extract, events, log }: Parts): PieceInstalls {
  /** Installs that go on, by platform, piece and version: all who ask for the same one meanwhile get the same answer. */
  const running = new Map<string, Promise<CataloguedPiece>>()

  const requireNew = async ({ platformId, name, version }: Wanted): Promise<void> => {
    const known = (await catalogue.versions(name, platformId)).find(
      (piece) => !piece.builtIn && piece.metadata.version === version && piece.platformId === platformId,
    )
    if (known) throw alreadyInstalled(name, version)
  }

  const storeArchive = async ({ platformId, name, version, archive }: Wanted): Promise<string | null> => {
    if (!archive) return null
    await requireSame(archive.data, name, version)
    const { data, fileName } = archive
    return files.save({ owner: { platformId }, type: 'PACKAGE_ARCHIVE', data, fileName })
  }

  const installNow = async (request: Wanted): Promise<CataloguedPiece> => {
    await requireNew(request)
    const { platformId, name, version } = request
    const archiveId = await storeArchive(request)
    try {
      const source: PieceSource = archiveId === null ? { type: 'REGISTRY' } : { type: 'ARCHIVE', fileId: archiveId }
      const metadata = await extract({ name, version, source }, platformId)
      const packageType = archiveId === null ? 'REGISTRY' : 'ARCHIVE'
      const isNew = await insertPiece(db, { platformId, pieceType: 'CUSTOM', packageType, archiveId, metadata })
      // Another app installed the same package meanwhile; an archive may hold another one.
      if (!isNew && archiveId !== null) throw alreadyInstalled(name, version)
    } catch (error) {
      if (archiveId !== null) await files.remove({ platformId }, [archiveId])
      throw error
    }
    catalogue.forget()
    events.announce('PIECES_CHANGED', {})
    return catalogue.get(name, version, platformId)
  }

  return {
    async install(actor, request) {
      authorize(actor, piecePolicy.install)
      const { platformId } = actor
      const key = `${platformId}/${request.name}@${request.version}`
      const current = running.get(key)
      if (current && !request.archive) return current
      if (current)
        throw new AppError('VALIDATION', { message: `${request.name}@${request.version} is being installed already` })
      const started = installNow({ ...request, platformId }).finally(() => running.delete(key))
      running.set(key, started)
      return started
    },

    async remove(actor, id) {
      authorize(actor, piecePolicy.delete)
      const { platformId } = actor
      const piece = await selectOwnPiece(db, platformId, id)
      if (!piece) throw notFound('piece', id)
      await deletePieces(db, [id])
      if (piece.archiveId !== null) await files.remove({ platformId }, [piece.archiveId])
      catalogue.forget()
      events.announce('PIECES_CHANGED', {})
    },

    startRereading() {
      void rereadPieces({ db, catalogue, extract, events, log }).catch((err: unknown) =>
        log.warn({ err }, 'the metadata of pieces could not be read again'),
      )
    },
  }
}

/** The name and version in an archive. @throws AppError ENGINE_OPERATION_FAILURE with what is wrong with the file */
export const readArchive = (archive: Uint8Array): Promise<{ name: string; version: string }> =>
  readManifest(archive).catch((error: unknown) => {
    throw refused(error instanceof Error ? error.message : String(error))
  })

/** The archive must have the name and version that the caller gives, because flows find pieces by them. */
async function requireSame(archive: Uint8Array, name: string, version: string): Promise<void> {
  const manifest = await readArchive(archive)
  if (manifest.name === name && manifest.version === version) return
  throw refused(`it is ${manifest.name}@${manifest.version}, not ${name}@${version}`)
}

const refused = (reason: string): AppError =>
  new AppError('ENGINE_OPERATION_FAILURE', { message: `The archive cannot be installed: ${reason}` })

const alreadyInstalled = (name: string, version: string): AppError =>
  new AppError('VALIDATION', { message: `${name}@${version} is installed already` })
