import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { newId } from '@piecework/model/ids'
import type { Db } from '../../database/open.ts'
import { databaseStorage, type FileStorage, type LinkHeaders } from './storage.ts'
import {
  deleteFiles,
  type FileOwner,
  insertFile,
  type PackedFile,
  selectContents,
  selectFile,
  selectFiles,
  selectInfo,
} from './store.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Smaller than this, the frame costs more than compression gains. */
const COMPRESS_FROM_BYTES = 512
/** Compressed bytes are kept when they are at most this part of the original. */
const WORTHWHILE = 0.9

export type FileType =
  | 'FLOW_RUN_LOG'
  | 'FLOW_RUN_LOG_SLICE'
  | 'PACKAGE_ARCHIVE'
  | 'FLOW_STEP_FILE'
  | 'FLOW_FILE'
  | 'SAMPLE_DATA'
  | 'SAMPLE_DATA_INPUT'
  | 'TRIGGER_PAYLOAD'
  | 'TRIGGER_EVENT_FILE'
  | 'PROJECT_RELEASE'
  | 'FLOW_VERSION_BACKUP'
  | 'PLATFORM_ASSET'
  | 'USER_PROFILE_PICTURE'
  | 'WEBHOOK_PAYLOAD'
  | 'KNOWLEDGE_BASE'

export interface NewFile {
  owner: FileOwner
  type: FileType
  data: Uint8Array
  fileName?: string
  metadata?: Record<string, string>
}

export interface StoredFile {
  id: string
  type: string
  fileName: string | null
  /** Bytes before compression. */
  size: number | null
  metadata: Record<string, string> | null
  data: Uint8Array
}

export type FileInfo = Omit<StoredFile, 'data'>

/** Bytes with a name, owned by a project or a platform. */
export interface Files {
  /** The place of the bytes; upkeep uses it, because it removes rows of files by itself. */
  readonly storage: FileStorage
  /** @returns the id of the file. */
  save(file: NewFile): Promise<string>
  /** Undefined when the owner has no such file. */
  read(owner: FileOwner, id: string): Promise<StoredFile | undefined>
  /** Files by id; what is gone is left out. */
  readAll(owner: FileOwner, ids: readonly string[]): Promise<Map<string, StoredFile>>
  /** Contents by id; what is gone is left out. */
  readMany(owner: FileOwner, ids: readonly string[]): Promise<Map<string, Uint8Array>>
  /**
   * A link under which the storage itself gives the bytes away for a while.
   * @returns undefined when the bytes have to be read here, or the owner has no such file.
   */
  link(owner: FileOwner, id: string, headers: (file: FileInfo) => LinkHeaders): Promise<string | undefined>
  remove(owner: FileOwner, ids: readonly string[]): Promise<void>
}

export function createFiles({ db, storage = databaseStorage }: { db: Db; storage?: FileStorage }): Files {
  const unpack = async ({ location, s3Key, data, compression }: PackedFile): Promise<Uint8Array> => {
    const bytes = await storage.read({ location, s3Key, data })
    return compression === 'ZSTD' ? decompress(bytes) : bytes
  }

  return {
    storage,
    async save({ owner, type, data, fileName, metadata }) {
      const id = newId()
      // Who follows a link to the storage gets the bytes as they are there.
      const linked = storage.givesLinks && (type === 'FLOW_STEP_FILE' || type === 'FLOW_FILE')
      const packed = linked ? { bytes: data, compression: 'NONE' as const } : await pack(data)
      const place = await storage.write(storageKey(owner, type, id), packed.bytes)
      await insertFile(db, {
        id,
        ...owner,
        ...place,
        type,
        size: data.byteLength,
        compression: packed.compression,
        fileName: fileName ?? null,
        metadata: metadata ? JSON.stringify(metadata) : null,
      })
      return id
    },

    async read(owner, id) {
      const row = await selectFile(db, owner, id)
      if (!row) return undefined
      const { location: _, s3Key: __, compression: ___, ...file } = row
      return { ...file, data: await unpack(row) }
    },

    async readAll(owner, ids) {
      if (ids.length === 0) return new Map()
      const rows = await selectFiles(db, owner, ids)
      return new Map(
        await Promise.all(
          rows.map(async ({ location, s3Key, compression, ...file }): Promise<[string, StoredFile]> => {
            const data = await unpack({ id: file.id, location, s3Key, compression, data: file.data })
            return [file.id, { ...file, data }]
          }),
        ),
      )
    },

    async readMany(owner, ids) {
      if (ids.length === 0) return new Map()
      const rows = await selectContents(db, owner, ids)
      return new Map(
        await Promise.all(rows.map(async (row): Promise<[string, Uint8Array]> => [row.id, await unpack(row)])),
      )
    },

    async link(owner, id, headers) {
      if (!storage.givesLinks) return undefined
      const row = await selectInfo(db, owner, id)
      if (row?.compression !== 'NONE') return undefined
      return storage.link(row, headers(row))
    },

    async remove(owner, ids) {
      if (ids.length === 0) return
      const rows = await deleteFiles(db, owner, ids)
      await storage.remove(rows.map(({ location, s3Key }) => ({ location, s3Key, data: null })))
    },
  }
}

/** The name of bytes that are kept outside the database. */
export function storageKey(owner: FileOwner, type: FileType, name: string): string {
  return [...Object.values(owner), type, name].join('/')
}

async function pack(data: Uint8Array): Promise<{ bytes: Uint8Array; compression: 'NONE' | 'ZSTD' }> {
  if (data.byteLength < COMPRESS_FROM_BYTES) return { bytes: data, compression: 'NONE' }
  const packed = await compress(data)
  if (packed.byteLength > data.byteLength * WORTHWHILE) return { bytes: data, compression: 'NONE' }
  return { bytes: packed, compression: 'ZSTD' }
}
