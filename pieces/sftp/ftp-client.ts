import { Readable, Writable } from 'node:stream'
import type { FileInfo } from 'basic-ftp'
import { CONNECT_TIMEOUT_MS, type RemoteEntry, type RemoteFiles, type ServerSettings } from './remote.ts'

const DAY_MS = 86_400_000
const RECENT_MS = 2 * DAY_MS

/** Connects over FTP, or FTP over TLS. @throws when the server cannot be reached or refuses the login. */
export async function openFtp(settings: ServerSettings): Promise<RemoteFiles> {
  const { Client } = await import('basic-ftp')
  const client = new Client(CONNECT_TIMEOUT_MS)
  const anonymous = settings.allow_anonymous_login === true
  try {
    await client.access({
      host: settings.host,
      port: Number(settings.port),
      user: anonymous ? 'anonymous' : settings.username,
      password: anonymous ? 'guest' : (settings.password ?? ''),
      secure: settings.protocol === 'ftps',
      secureOptions: { rejectUnauthorized: settings.allow_unauthorized_certificates !== true },
    })
  } catch (error) {
    client.close()
    throw error
  }
  return {
    async list(folder) {
      const entries = (await client.list(oneLine(folder))).map(entryOf)
      for (const entry of entries) {
        // Old servers list times by the minute; to tell new files from known ones takes the second.
        const coarse = entry.modifyTime % 60_000 === 0 && Date.now() - entry.modifyTime < RECENT_MS
        if (entry.type !== '-' || !coarse) continue
        const path = `${folder.replace(/\/+$/, '')}/${entry.name}`
        const exact = await client.lastMod(path).catch(() => undefined)
        if (exact) entry.modifyTime = exact.getTime()
      }
      return entries
    },
    async read(path) {
      const chunks: Buffer[] = []
      const sink = new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk)
          done()
        },
      })
      await client.downloadTo(sink, oneLine(path))
      return Buffer.concat(chunks)
    },
    write: async (path, data) => void (await client.uploadFrom(Readable.from([data]), oneLine(path))),
    remove: async (path) => void (await client.remove(oneLine(path))),
    async makeFolder(path, recursive) {
      if (!recursive) return void (await client.send(`MKD ${await client.protectWhitespace(oneLine(path))}`))
      // Making all parents also goes into the folder; other paths are meant from where the login started.
      const start = await client.pwd()
      await client.ensureDir(oneLine(path))
      await client.cd(start)
    },
    async removeFolder(path, recursive) {
      if (!recursive) return void (await client.removeEmptyDir(oneLine(path)))
      const start = await client.pwd()
      await client.removeDir(oneLine(path))
      await client.cd(start)
    },
    rename: async (from, to) => void (await client.rename(oneLine(from), oneLine(to))),
    close: async () => client.close(),
  }
}

/** The protocol is lines of commands: a path with a line break would be a second one. */
function oneLine(path: string): string {
  if (/[\r\n]/.test(path)) throw new Error('A path cannot hold line breaks.')
  return path
}

function entryOf(info: FileInfo): RemoteEntry {
  return {
    type: info.isDirectory ? 'd' : info.isSymbolicLink ? 'l' : '-',
    name: info.name,
    size: info.size,
    modifyTime: info.modifiedAt?.getTime() ?? listedTime(info.rawModifiedAt, Date.now()),
    owner: info.user,
    group: info.group,
  }
}

/** The time in a listing: `Nov 22 10:33` of the past year, or `Nov 22 2023`; 0 when it is something else. */
function listedTime(text: string, now: number): number {
  const match = /^(\w{3}) +(\d{1,2}) +(?:(\d{4})|(\d{1,2}:\d{2}))$/.exec(text.trim())
  if (!match) return 0
  const [, month, day, year, clock = '00:00'] = match
  const at = (year: number | string) => Date.parse(`${day} ${month} ${year} ${clock} UTC`)
  if (year !== undefined) return at(year) || 0
  const thisYear = new Date(now).getUTCFullYear()
  const time = at(thisYear) > now + DAY_MS ? at(thisYear - 1) : at(thisYear)
  return time || 0
}
