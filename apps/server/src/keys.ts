import { createHmac, randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import { holdsDatabase } from './database/embedded-folder.ts'
import { keepFlag } from './database/flags.ts'
import type { Db } from './database/open.ts'
import type { Settings } from './settings.ts'

/** The two secrets that all data hangs on. */
export interface Keys {
  /** 32 hexadecimal characters. */
  encryptionKey: string
  jwtSecret: string
}

/** The keys cannot be had; the message says why and what to do. The server must not start. */
export class KeyError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeyError'
  }
}

const KeyFile = z.object({
  encryptionKey: z.string().regex(/^[0-9a-f]{32}$/i),
  jwtSecret: z.string().min(32),
})

type KeySettings = Pick<Settings, 'encryptionKey' | 'jwtSecret' | 'configPath' | 'databaseFolder'>

/**
 * The keys of the environment, else those of `keys.json` in the config path. The very first start makes the
 * file (mode 0600). New keys are never made over old data.
 * @throws KeyError when the file is unreadable or damaged, or missing although a database exists.
 */
export async function loadKeys(settings: KeySettings): Promise<Keys> {
  const { encryptionKey, jwtSecret, configPath } = settings
  if (encryptionKey !== undefined && jwtSecret !== undefined) return { encryptionKey, jwtSecret }
  const file = join(configPath, 'keys.json')
  const stored = (await readKeyFile(file)) ?? (await makeKeyFile(file, settings))
  return { encryptionKey: encryptionKey ?? stored.encryptionKey, jwtSecret: jwtSecret ?? stored.jwtSecret }
}

const RESTORE = 'Restore it from a backup, or give AP_ENCRYPTION_KEY and AP_JWT_SECRET as they were'

const FINGERPRINT_FLAG = 'ENCRYPTION_KEY_FINGERPRINT'

/**
 * Makes sure that the database belongs to these keys: the first start leaves a fingerprint in it.
 * @throws KeyError when the connections of this database were encrypted with another key.
 */
export async function requireMatchingKeys(db: Db, { encryptionKey }: Keys): Promise<void> {
  const fingerprint = createHmac('sha256', encryptionKey).update('piecework').digest('hex')
  const stored = await keepFlag(db, FINGERPRINT_FLAG, fingerprint)
  if (stored === fingerprint) return
  throw new KeyError(`The database was made with another encryption key than the one that is given now. ${RESTORE}.`)
}

async function readKeyFile(file: string): Promise<Keys | undefined> {
  let content: string
  try {
    content = await readFile(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw new KeyError(`The key file ${file} cannot be read. Make it readable for this user. ${RESTORE}.`, {
      cause: error,
    })
  }
  const parsed = KeyFile.safeParse(parseJson(content))
  if (parsed.success) return parsed.data
  throw new KeyError(`The key file ${file} is damaged: it must hold encryptionKey and jwtSecret as JSON. ${RESTORE}.`)
}

async function makeKeyFile(file: string, { configPath, databaseFolder }: KeySettings): Promise<Keys> {
  if (holdsData(databaseFolder)) {
    throw new KeyError(
      `The key file ${file} is missing, but there is a database in ${databaseFolder} that was made with its keys. ${RESTORE}.`,
    )
  }
  const keys: Keys = { encryptionKey: randomBytes(16).toString('hex'), jwtSecret: randomBytes(32).toString('hex') }
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    await mkdir(configPath, { recursive: true, mode: 0o700 })
    await writeDraft(draft, `${JSON.stringify(keys, null, 2)}\n`)
    // Unlike a rename, a link never replaces the keys of another process that starts at the same moment.
    await link(draft, file)
    return keys
  } catch (error) {
    const other = isCode(error, 'EEXIST') ? await readKeyFile(file) : undefined
    if (other) return other
    throw new KeyError(`The key file ${file} cannot be written. Make the folder writable, or set AP_CONFIG_PATH.`, {
      cause: error,
    })
  } finally {
    await rm(draft, { force: true })
  }
}

async function writeDraft(draft: string, content: string): Promise<void> {
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function holdsData(databaseFolder: string): boolean {
  try {
    return holdsDatabase(databaseFolder)
  } catch (error) {
    throw new KeyError(`The database folder ${databaseFolder} cannot be read.`, { cause: error })
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
