/** Where the bytes of files are. The row of a file is always in the database. */
export interface FileStorage {
  /** What the row says of the place of the bytes. */
  write(key: string, bytes: Uint8Array): Promise<StoredBytes>
  /** @throws Error when the bytes are gone. */
  read(place: StoredBytes): Promise<Uint8Array>
  /** Removes bytes that are outside the database; those in it go with their row. */
  remove(places: readonly StoredBytes[]): Promise<void>
}

export interface StoredBytes {
  location: 'DB' | 'S3'
  data: Uint8Array | null
  s3Key: string | null
}

/** Keeps the bytes in the row itself. */
export const databaseStorage: FileStorage = {
  write: async (_key, bytes) => ({ location: 'DB', data: bytes, s3Key: null }),
  read: async ({ data }) => {
    if (!data) throw new Error('The file has no bytes in the database; was it stored elsewhere?')
    return data
  },
  remove: async () => {},
}
