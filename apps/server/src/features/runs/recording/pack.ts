import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import type { JournalEntry } from '@piecework/engine/protocol'
import { newId } from '@piecework/model/ids'
import { type FileType, storageKey } from '../../files/service.ts'
import type { FileStorage } from '../../files/storage.ts'

/** A log as it goes into its file. */
export interface PackedLog {
  /** Text, or base64 when compressed; empty when the bytes are outside the database. */
  data: string
  compression: 'NONE' | 'ZSTD'
  size: number
  s3Key: string | null
}

/** A large output that was cut out of a journal entry, as the row of its file. */
export interface PackedSlice {
  id: string
  projectId: string
  data: Uint8Array | null
  size: number
  location: 'DB' | 'S3'
  s3Key: string | null
}

/** Makes files of logs and large outputs before the statement that records them. */
export interface RunPacker {
  /** A log that needs no packing; null for others. */
  smallLog(log: string): PackedLog | null
  log(projectId: string, log: string): Promise<PackedLog>
  slices(projectId: string, entries: readonly JournalEntry[]): Promise<PackedSlice[]>
}

const compress = promisify(zstdCompress)
// Below this a frame's overhead and the compressor's set-up cost more than they save.
const COMPRESS_ABOVE_BYTES = 4096
/** Smaller logs ride along with the statement that ends their run, which costs less than any request would. */
const OUTSIDE_FROM_BYTES = 16 * 1024

/**
 * @param storage where large ones go. When it cannot take one, that stays in the database: a run must not depend on
 * another service to be recorded.
 */
export function createRunPacker(
  storage: FileStorage,
  log: { warn(details: object, message: string): void },
): RunPacker {
  /** Under a key that is new each time: what an earlier attempt wrote may be what the run shows. */
  const put = async (projectId: string, type: FileType, bytes: Uint8Array): Promise<string | null> => {
    if (bytes.byteLength < OUTSIDE_FROM_BYTES) return null
    try {
      return (await storage.write(storageKey({ projectId }, type, newId()), bytes)).s3Key
    } catch (err) {
      log.warn({ err, projectId }, 'a log could not be stored in the file storage and is kept in the database')
      return null
    }
  }

  const smallLog = (data: string): PackedLog | null => {
    const size = Buffer.byteLength(data)
    return size < COMPRESS_ABOVE_BYTES ? { data, compression: 'NONE', size, s3Key: null } : null
  }

  return {
    smallLog,
    async log(projectId, text) {
      const small = smallLog(text)
      if (small) return small
      const packed = await compress(text)
      const s3Key = await put(projectId, 'FLOW_RUN_LOG', packed)
      return { data: s3Key === null ? packed.toString('base64') : '', compression: 'ZSTD', size: packed.length, s3Key }
    },
    slices: (projectId, entries) =>
      Promise.all(
        entries
          .flatMap(({ slice }) => slice ?? [])
          .map(async ({ fileId: id, data }): Promise<PackedSlice> => {
            const packed = await compress(data ?? 'null')
            const s3Key = await put(projectId, 'FLOW_RUN_LOG_SLICE', packed)
            const place =
              s3Key === null ? ({ location: 'DB', data: packed } as const) : ({ location: 'S3', data: null } as const)
            return { id, projectId, size: packed.length, s3Key, ...place }
          }),
      ),
  }
}
