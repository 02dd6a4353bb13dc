/** The place of the bytes of files. The row of a file is always in the database. */
export interface FileStorage {
  /** Whether readers of a file may be sent to the storage itself; such files are not compressed. */
  readonly givesLinks: boolean
  /** @param key names the bytes where they are kept outside the database. @returns what the row says of their place. */
  write(key: string, bytes: Uint8Array): Promise<StoredBytes>
  /** @throws Error when the bytes are gone. */
  read(place: StoredBytes): Promise<Uint8Array>
  /** Removes bytes that are outside the database; those in it go with their row. */
  remove(places: readonly StoredBytes[]): Promise<void>
  /** A link that reads the bytes for a while; undefined when there is none for them. */
  link(place: StoredPlace, headers: LinkHeaders): Promise<string | undefined>
}

export interface StoredPlace {
  location: 'DB' | 'S3'
  s3Key: string | null
}

export interface StoredBytes extends StoredPlace {
  data: Uint8Array | null
}

/** The headers that the storage adds when it gives a file away by a link. */
export interface LinkHeaders {
  contentType: string
  contentDisposition: string
}

/** Keeps the bytes in the row itself. */
export const databaseStorage: FileStorage = {
  givesLinks: false,
  write: async (_key, bytes) => ({ location: 'DB', data: bytes, s3Key: null }),
  read: async ({ data }) => {
    if (!data) throw new Error('The file has no bytes in the database; was it stored elsewhere?')
    return data
  },
  remove: async () => {},
  link: async () => undefined,
}
