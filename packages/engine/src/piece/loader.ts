import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Piece } from '../contract.ts'
import { messageOf } from '../errors.ts'
import type { PieceLocation } from '../protocol.ts'

export interface PieceLoader {
  /** @throws Error when there is no piece at the place */
  load(location: PieceLocation): Promise<Piece>
}

/** Loads each piece once. A load that failed is tried again: its files may have come since. */
export function createPieceLoader(bundled: Record<string, () => Promise<Piece>>): PieceLoader {
  const loaded = new Map<string, Promise<Piece>>()
  return {
    load(location) {
      const key = 'file' in location ? `file:${location.file}` : `bundled:${location.bundled}`
      const known = loaded.get(key)
      if (known !== undefined) return known
      const loading = 'file' in location ? loadFile(location.file) : loadBundled(bundled, location.bundled)
      loaded.set(key, loading)
      loading.catch(() => loaded.delete(key))
      return loading
    },
  }
}

async function loadBundled(bundled: Record<string, () => Promise<Piece>>, name: string): Promise<Piece> {
  const load = Object.hasOwn(bundled, name) ? bundled[name] : undefined
  if (load === undefined) throw new Error(`The piece ${name} is not part of this engine`)
  return load()
}

async function loadFile(file: string): Promise<Piece> {
  const exported = await importModule(file)
  const piece = findPiece(exported)
  if (piece === undefined) throw new Error('The package does not export a piece')
  return piece
}

/** Published pieces are CommonJS; a folder around them may say otherwise, so both ways are tried. */
async function importModule(file: string): Promise<unknown> {
  try {
    return createRequire(file)(file)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_REQUIRE_ASYNC_MODULE') {
      throw new Error(`The piece could not be loaded: ${messageOf(error)}`)
    }
    return import(pathToFileURL(file).href)
  }
}

/** The first export that is a piece; pieces are instances of a class of that name, whichever framework made it. */
export function findPiece(exported: unknown): Piece | undefined {
  if (typeof exported !== 'object' || exported === null) return undefined
  return Object.values(exported).find(isPiece)
}

function isPiece(value: unknown): value is Piece {
  return (
    typeof value === 'object' &&
    value !== null &&
    value.constructor?.name === 'Piece' &&
    'getAction' in value &&
    typeof value.getAction === 'function' &&
    'getTrigger' in value &&
    typeof value.getTrigger === 'function'
  )
}
