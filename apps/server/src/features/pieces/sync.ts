import { PIECE_RELEASE } from '@piecework/api/pieces'
import { AppError } from '@piecework/model/errors'
import { PieceMetadata } from '@piecework/model/piece/metadata'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbound } from '../../http/outbound.ts'
import type { Catalogue } from './catalogue.ts'
import { deletePieces, insertPiece, selectNames, updateMetadata } from './store.ts'

export interface SyncReport {
  added: number
  removed: number
  /** Pieces whose metadata could not be had; the next sync tries again. */
  failed: number
}

/** Keeps the official pieces of the catalogue the same as those of a registry. */
export interface PieceSync {
  /** Once, now. @throws AppError VALIDATION without a registry, or when it cannot be reached. */
  run(): Promise<SyncReport>
  /** At once and then every hour, when that is wanted. A failure is logged and changes nothing. */
  start(): void
  stop(): void
}

interface Parts {
  db: Db
  catalogue: Catalogue
  /** The address of a piece API, such as `https://example.com/api/v1/pieces`; without one nothing is synced. */
  registryUrl: string | undefined
  automatic: boolean
  outbound: Outbound
  events: Pick<Events, 'announce'>
  log: Logger
}

const HOUR_MS = 60 * 60_000
const REQUEST_TIMEOUT_MS = 30_000
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const AT_A_TIME = 8

const Registry = z.array(z.looseObject({ name: z.string(), version: z.string(), packageType: z.string().optional() }))

export function createPieceSync({ db, catalogue, registryUrl, automatic, outbound, events, log }: Parts): PieceSync {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<SyncReport> | undefined
  const stopped = new AbortController()

  const sync = async (base: string): Promise<SyncReport> => {
    const listed = Registry.parse(
      await get(outbound, `${base}/registry?release=${PIECE_RELEASE}&edition=ce`, stopped.signal),
    )
    const wanted = new Map(
      listed
        .filter((piece) => piece.packageType !== 'ARCHIVE')
        .map((piece) => [`${piece.name}@${piece.version}`, piece]),
    )
    const known = (await selectNames(db, null)).filter((piece) => piece.pieceType === 'OFFICIAL')
    const gone = known.filter((piece) => !wanted.has(`${piece.name}@${piece.version}`))
    /** Rows of an earlier release, which are read again. */
    const outOfOrder = new Map<string, string>()
    for (const { id, name, version, inOrder } of known) {
      const key = `${name}@${version}`
      if (inOrder) wanted.delete(key)
      else outOfOrder.set(key, id)
    }
    let reread = 0
    const report = { added: 0, removed: gone.length, failed: 0 }
    if (gone.length > 0)
      await deletePieces(
        db,
        gone.map((piece) => piece.id),
      )
    const waiting = [...wanted.values()].values()
    const take = async () => {
      for (const { name, version } of waiting) {
        try {
          const metadata = PieceMetadata.parse(
            await get(outbound, `${base}/${name}?version=${version}`, stopped.signal),
          )
          if (metadata.name !== name || metadata.version !== version)
            throw new Error('The answer is about another piece')
          const piece = { pieceType: 'OFFICIAL', packageType: 'REGISTRY', platformId: null, archiveId: null } as const
          const row = outOfOrder.get(`${name}@${version}`)
          if (row !== undefined) {
            await updateMetadata(db, row, withoutRow(metadata))
            reread++
          } else if (await insertPiece(db, { ...piece, metadata: withoutRow(metadata) })) report.added++
        } catch (error) {
          if (stopped.signal.aborted) return
          report.failed++
          log.debug({ err: error, name, version }, 'the metadata of a piece could not be synced')
        }
      }
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, take))
    if (report.added + report.removed + reread > 0) {
      catalogue.forget()
      events.announce('PIECES_CHANGED', {})
    }
    return report
  }

  const run = async (): Promise<SyncReport> => {
    if (registryUrl === undefined)
      throw new AppError('VALIDATION', {
        message: 'there is no registry to sync with: set AP_PIECES_REGISTRY_URL to the address of a piece API',
      })
    running ??= sync(registryUrl.replace(/\/$/, '')).finally(() => {
      running = undefined
    })
    try {
      return await running
    } catch (error) {
      if (error instanceof AppError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new AppError('VALIDATION', { message: `the piece registry ${registryUrl} cannot be used: ${reason}` })
    }
  }

  const runQuietly = () =>
    run().then(
      (report) => log.info(report, 'pieces are in sync with the registry'),
      (error: unknown) => log.debug({ err: error }, 'pieces were not synced; the known ones stay'),
    )

  return {
    run,
    start() {
      if (!automatic || registryUrl === undefined) return
      void runQuietly()
      timer = setInterval(() => void runQuietly(), HOUR_MS)
      timer.unref()
    },
    stop() {
      clearInterval(timer)
      stopped.abort()
    },
  }
}

/** Removes the fields of the other server's row, which are no metadata of the piece. */
function withoutRow(metadata: PieceMetadata): PieceMetadata {
  const row = [
    'id',
    'created',
    'updated',
    'platformId',
    'pieceType',
    'packageType',
    'archiveId',
    'projectUsage',
    'tags',
  ]
  return PieceMetadata.parse(Object.fromEntries(Object.entries(metadata).filter(([key]) => !row.includes(key))))
}

async function get(outbound: Outbound, url: string, signal: AbortSignal): Promise<unknown> {
  const response = await outbound(url, { signal, timeoutMs: REQUEST_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}
