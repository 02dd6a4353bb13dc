/** The actions of a file server that the piece needs; SFTP and FTP each provide them. */
export interface RemoteFiles {
  list(folder: string): Promise<RemoteEntry[]>
  read(path: string): Promise<Buffer>
  /** Makes the file, or replaces it. */
  write(path: string, data: Buffer): Promise<void>
  remove(path: string): Promise<void>
  /** With `recursive` parent folders are made as well. */
  makeFolder(path: string, recursive: boolean): Promise<void>
  /** With `recursive` its content goes too. */
  removeFolder(path: string, recursive: boolean): Promise<void>
  rename(from: string, to: string): Promise<void>
  close(): Promise<void>
}

export interface RemoteEntry {
  /** `-` a file, `d` a folder, `l` a link. */
  type: '-' | 'd' | 'l'
  name: string
  /** Bytes. */
  size: number
  /** Milliseconds since 1970. */
  modifyTime: number
  accessTime?: number | undefined
  rights?: { user: string; group: string; other: string } | undefined
  owner?: number | string | undefined
  group?: number | string | undefined
}

export interface ServerSettings {
  protocol?: string | undefined
  allow_unauthorized_certificates?: boolean | undefined
  allow_anonymous_login?: boolean | undefined
  host: string
  port: number
  username: string
  password?: string | undefined
  privateKey?: string | undefined
  algorithm?: string[] | undefined
}

export const CONNECT_TIMEOUT_MS = 20_000
