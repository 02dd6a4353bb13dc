import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { buildPiece, isPieceSource, watchPiece } from '@piecework/worker/piece-source'
import type { Logger } from 'pino'
import type { Events } from '../../events/events.ts'
import type { Catalogue } from './catalogue.ts'
import type { PieceExtractor } from './extract.ts'

/** The pieces of AP_DEV_PIECES: compiled from their folders, and again at every change. */
export interface PieceDevelopment {
  /** Builds every piece once. What is wrong with one is logged, and keeps no other from being built. */
  start(): Promise<void>
  stop(): void
}

interface Parts {
  /** Short names (`google-sheets`), or folders. */
  names: readonly string[]
  /** Searched for folders of the short names, in order. */
  folders: readonly string[]
  outFolder: string
  withTranslations: boolean
  catalogue: Catalogue
  extract: PieceExtractor
  events: Pick<Events, 'announce'>
  log: Logger
}

export function createPieceDevelopment(parts: Parts): PieceDevelopment {
  const { catalogue, extract, outFolder, withTranslations, events, log } = parts
  const watchers: { close(): void }[] = []
  let stopped = false

  const build = async (folder: string): Promise<void> => {
    try {
      const began = performance.now()
      const { name, version, file } = await buildPiece({ folder, outFolder, withTranslations })
      const metadata = await extract({ name, version, source: { type: 'FILE', path: file } }, null)
      if (stopped) return
      catalogue.develop(metadata, file)
      events.announce('PIECES_CHANGED', {})
      events.announce('PIECE_REBUILT', { name, version })
      log.info(
        { name, version, milliseconds: Math.round(performance.now() - began) },
        'a piece under development is loaded',
      )
    } catch (error) {
      if (!stopped)
        log.error({ folder, err: error }, 'a piece under development cannot be loaded; its last build stays')
    }
  }

  const develop = async (name: string): Promise<void> => {
    const folder = await find(name, parts.folders)
    if (!folder) {
      log.error(
        { name, searched: parts.folders.map((searched) => resolve(searched)) },
        'AP_DEV_PIECES names a piece that is in none of the folders',
      )
      return
    }
    // One build at a time; a change during a build makes one more.
    let building: Promise<void> | undefined
    let again = false
    const rebuild = (): Promise<void> => {
      if (building) {
        again = true
        return building
      }
      building = build(folder).finally(() => {
        building = undefined
        if (!again) return
        again = false
        void rebuild()
      })
      return building
    }
    watchers.push(watchPiece(folder, () => void rebuild()))
    await rebuild()
  }

  return {
    async start() {
      await Promise.all(parts.names.map(develop))
    },
    stop() {
      stopped = true
      for (const watcher of watchers) watcher.close()
    },
  }
}

/** The folder of a piece: named itself, in one of the folders, or in one of their sections (`community`, `custom`). */
async function find(name: string, folders: readonly string[]): Promise<string | undefined> {
  const candidates = [resolve(name)]
  for (const searched of folders) {
    const folder = resolve(searched)
    candidates.push(join(folder, name))
    const sections = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const section of sections) if (section.isDirectory()) candidates.push(join(folder, section.name, name))
  }
  for (const candidate of candidates) if (await isPieceSource(candidate)) return candidate
  return undefined
}
