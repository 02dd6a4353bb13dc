import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/**
 * The files that a worker keeps to start runs at once: compiled code, installed pieces, bundles of the engine. It can
 * make all of them again, so their space has a bound: the one that was not used for the longest time goes first, and
 * one that a living sandbox uses never goes.
 */
export interface DiskCache {
  /** Looks for things in the cache, or puts them there: nothing is removed meanwhile. */
  during<T>(work: () => Promise<T>): Promise<T>
  /** Files that are used now. @returns the parts of the cache that they belong to. */
  use(paths: Iterable<string>): string[]
  /** Something was put into a part of the cache, or taken out of it. */
  changed(path: string): void
  /** Makes room, if there is too much and nobody is in the middle of something. */
  tidy(): Promise<void>
}

interface Options {
  folder: string
  limitBytes: number
  /** Parts of the cache that sandboxes have been given. */
  held(): ReadonlySet<string>
  /** Ends the sandboxes that nobody needs at the moment, so that what they hold can go. */
  endIdle(): Promise<void>
  /** Things were removed: what is remembered of them is wrong. */
  onRemoved(): void
}

/** The share of the limit that stays in use when the cache makes room, so that not every new part removes another. */
const TARGET_SHARE = 0.9
/** When something was used last is written down at most so often. */
const STAMP_MS = 60 * 60_000

/** Each entry of these is used or removed as a whole; `codes` has them one level deeper. */
const FOLDERS_OF_PARTS = new Set(['bundles', 'pieces', 'npm'])

interface Part {
  bytes: number
  usedAt: number
  stampedAt: number
}

export function createDiskCache({ folder, limitBytes, held, endIdle, onRemoved }: Options): DiskCache {
  const parts = new Map<string, Part>()
  const trash = join(folder, 'trash')
  let total = 0
  let working = 0
  let tidying: Promise<void> | undefined
  let known: Promise<void> | undefined

  /** Folders whose entries are parts, by how deep these lie. */
  const partOf = (path: string): string | undefined => {
    const names = relative(folder, path).split(sep)
    const depth = names[0] === 'codes' ? 3 : FOLDERS_OF_PARTS.has(names[0] ?? '') ? 2 : undefined
    return depth === undefined || names.length < depth ? undefined : join(folder, ...names.slice(0, depth))
  }

  const measure = async (path: string, usedAt: number, stampedAt: number): Promise<void> => {
    const bytes = await sizeOf(path)
    const before = parts.get(path)
    total += bytes - (before?.bytes ?? 0)
    parts.set(path, { bytes, usedAt: Math.max(usedAt, before?.usedAt ?? 0), stampedAt })
  }

  /** Finds the parts that earlier processes left here, with the times at which they used them. */
  const look = async (): Promise<void> => {
    await rm(trash, { recursive: true, force: true })
    const namesIn = (...path: string[]) => readdir(join(folder, ...path)).catch(() => [])
    const found = [
      ...(await namesIn('bundles')).map((name) => join(folder, 'bundles', name)),
      ...(await namesIn('npm')).map((name) => join(folder, 'npm', name)),
      ...(await namesIn('pieces')).filter((name) => name !== 'installing').map((name) => join(folder, 'pieces', name)),
    ]
    for (const group of await namesIn('codes'))
      for (const name of await namesIn('codes', group)) found.push(join(folder, 'codes', group, name))
    for (const path of found) {
      const info = await lstat(path).catch(() => undefined)
      if (info && !parts.has(path)) await measure(path, info.mtimeMs, info.mtimeMs)
    }
  }

  const removeUnheld = async (bin: string): Promise<void> => {
    const kept = held()
    const oldestFirst = [...parts].sort(([, a], [, b]) => a.usedAt - b.usedAt)
    for (const [path, { bytes }] of oldestFirst) {
      if (total <= limitBytes * TARGET_SHARE) return
      if (kept.has(path)) continue
      // At once, so that nobody finds half of it.
      const failed = await rename(path, join(bin, randomUUID())).then(() => undefined, codeOf)
      // A part that cannot be moved keeps its place, and the next one goes instead.
      if (failed !== undefined && failed !== 'ENOENT') continue
      parts.delete(path)
      total -= bytes
    }
  }

  const makeRoom = async (bin: string): Promise<void> => {
    await mkdir(bin, { recursive: true })
    try {
      await removeUnheld(bin)
      if (total <= limitBytes) return
      await endIdle()
      await removeUnheld(bin)
    } finally {
      onRemoved()
    }
  }

  const tidy = async (): Promise<void> => {
    known ??= look().catch(() => {})
    await known
    if (working > 0 || tidying || total <= limitBytes) return
    // One of its own: emptying it takes longer than filling the next.
    const bin = join(trash, randomUUID())
    tidying = makeRoom(bin).finally(() => {
      tidying = undefined
    })
    await tidying
    await rm(bin, { recursive: true, force: true })
  }

  /** A disk that does not let go of something is no reason to fail a run. */
  const tidyLater = (): void => void tidy().catch(() => {})

  return {
    async during(work) {
      while (tidying) await tidying.catch(() => {})
      working++
      try {
        return await work()
      } finally {
        working--
      }
    },
    use(paths) {
      const now = Date.now()
      const used = new Set([...paths].flatMap((path) => partOf(path) ?? []))
      for (const path of used) {
        const part = parts.get(path)
        if (part) part.usedAt = now
        else void measure(path, now, 0).then(tidyLater, () => {})
        if (now - (part?.stampedAt ?? 0) < STAMP_MS) continue
        if (part) part.stampedAt = now
        void utimes(path, new Date(now), new Date(now)).catch(() => {})
      }
      return [...used]
    },
    changed(path) {
      const part = partOf(path)
      const now = Date.now()
      if (part !== undefined) void measure(part, now, now).then(tidyLater, () => {})
    },
    tidy,
  }
}

/** A file or a folder counts as one block at least, so that the bound in bytes also bounds their number. */
const BLOCK_BYTES = 4096

const onDisk = (bytes: number): number => Math.max(1, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES

/** Bytes that a file takes on disk, or a folder with all that is in it. */
export async function sizeOf(path: string): Promise<number> {
  const info = await lstat(path)
  if (!info.isDirectory()) return onDisk(info.size)
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  let total = BLOCK_BYTES
  for (const entry of entries) {
    const { size } = entry.isFile()
      ? await lstat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))
      : { size: 0 }
    total += onDisk(size)
  }
  return total
}

const codeOf = ({ code = 'UNKNOWN' }: NodeJS.ErrnoException): string => code
