import { promisify } from 'node:util'
import type { Client, FileEntryWithStats, SFTPWrapper } from 'ssh2'
import { CONNECT_TIMEOUT_MS, type RemoteEntry, type RemoteFiles, type ServerSettings } from './remote.ts'

/** Connects over SSH. @throws when the server cannot be reached or refuses the login. */
export async function openSftp(settings: ServerSettings): Promise<RemoteFiles> {
  const client = await connect(settings)
  try {
    return remoteFiles(client, await promisify(client.sftp.bind(client))())
  } catch (error) {
    client.end()
    throw error
  }
}

async function connect(settings: ServerSettings): Promise<Client> {
  const { default: ssh2 } = await import('ssh2')
  const client = new ssh2.Client()
  await new Promise<void>((resolve, reject) => {
    // The listener stays: a connection that breaks later fails the work that waits for it, not the process.
    client.on('error', reject)
    client.on('ready', resolve)
    client.connect({
      host: settings.host,
      port: Number(settings.port),
      username: settings.username,
      readyTimeout: CONNECT_TIMEOUT_MS,
      ...credentials(settings),
      ...(settings.algorithm && settings.algorithm.length > 0
        ? { algorithms: { serverHostKey: settings.algorithm.map(checkedAlgorithm) } }
        : {}),
    })
  })
  return client
}

function remoteFiles(client: Client, sftp: SFTPWrapper): RemoteFiles {
  const call = <T>(start: (done: (error: Error | null | undefined, result: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const lost = () => reject(new Error('The connection was lost.'))
      client.once('close', lost)
      start((error, result) => {
        client.off('close', lost)
        if (error) reject(error)
        else resolve(result)
      })
    })
  const list = async (folder: string) =>
    (await call<FileEntryWithStats[]>((done) => sftp.readdir(folder, done)))
      .filter(({ filename }) => filename !== '.' && filename !== '..')
      .map(entryOf)
  const makeFolder = (path: string) => call<void>((done) => sftp.mkdir(path, done))
  const exists = (path: string) =>
    call((done) => sftp.stat(path, done)).then(
      () => true,
      () => false,
    )
  const empty = async (folder: string): Promise<void> => {
    for (const entry of await list(folder)) {
      const path = `${folder.replace(/\/+$/, '')}/${entry.name}`
      if (entry.type === 'd') {
        await empty(path)
        await call<void>((done) => sftp.rmdir(path, done))
      } else await call<void>((done) => sftp.unlink(path, done))
    }
  }
  return {
    list,
    read: (path) => call<Buffer>((done) => sftp.readFile(path, done)),
    write: (path, data) => call<void>((done) => sftp.writeFile(path, data, done)),
    remove: (path) => call<void>((done) => sftp.unlink(path, done)),
    async makeFolder(path, recursive) {
      if (!recursive) return makeFolder(path)
      const parts = path.split('/').filter((part) => part !== '')
      for (let count = 1; count <= parts.length; count++) {
        const parent = (path.startsWith('/') ? '/' : '') + parts.slice(0, count).join('/')
        if (!(await exists(parent))) await makeFolder(parent)
      }
    },
    async removeFolder(path, recursive) {
      if (recursive) await empty(path)
      await call<void>((done) => sftp.rmdir(path, done))
    },
    rename: (from, to) => call<void>((done) => sftp.rename(from, to, done)),
    close: async () => void client.end(),
  }
}

function entryOf({ filename, longname, attrs }: FileEntryWithStats): RemoteEntry {
  const kind = longname[0]
  const right = (bits: number) => `${bits & 4 ? 'r' : ''}${bits & 2 ? 'w' : ''}${bits & 1 ? 'x' : ''}`
  return {
    type: kind === 'd' || kind === 'l' ? kind : '-',
    name: filename,
    size: attrs.size,
    modifyTime: attrs.mtime * 1000,
    accessTime: attrs.atime * 1000,
    rights: { user: right(attrs.mode >> 6), group: right(attrs.mode >> 3), other: right(attrs.mode) },
    owner: attrs.uid,
    group: attrs.gid,
  }
}

/** With a key the password is the one that unlocks it. */
function credentials({ privateKey, password }: ServerSettings) {
  if (!privateKey) return { password: password ?? '' }
  // Forms with one line turn the line breaks of a pasted key into the two characters \n.
  const key = `${privateKey.replaceAll('\\n', '\n').trim()}\n`
  return { privateKey: key, ...(password ? { passphrase: password } : {}) }
}

export const HOST_KEY_ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
  'ssh-dss',
] as const

function checkedAlgorithm(name: string): (typeof HOST_KEY_ALGORITHMS)[number] {
  const known = HOST_KEY_ALGORITHMS.find((algorithm) => algorithm === name)
  if (known === undefined) throw new Error(`Unknown host key algorithm: ${name}`)
  return known
}
