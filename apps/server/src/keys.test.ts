import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KeyError, loadKeys } from './keys.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const load = (given: { encryptionKey?: string; jwtSecret?: string } = {}) =>
  loadKeys({
    encryptionKey: given.encryptionKey,
    jwtSecret: given.jwtSecret,
    configPath: join(folder, 'config'),
    databaseFolder: join(folder, 'config', 'pglite'),
  })

const keyFile = () => join(folder, 'config', 'keys.json')
const makeDatabase = () => {
  mkdirSync(join(folder, 'config', 'pglite'), { recursive: true })
  writeFileSync(join(folder, 'config', 'pglite', 'PG_VERSION'), '17')
}

test('the first start makes keys that only the owner can read, and later starts keep them', async () => {
  const keys = await load()
  expect(keys.encryptionKey).toMatch(/^[0-9a-f]{32}$/)
  expect(keys.jwtSecret.length).toBeGreaterThanOrEqual(32)
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600)
  makeDatabase()
  expect(await load()).toEqual(keys)
})

test('processes that start at the same moment agree on the keys', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => load()))
  expect(new Set(all.map((keys) => keys.encryptionKey)).size).toBe(1)
})

test('keys of the environment need no file', async () => {
  const given = { encryptionKey: 'a'.repeat(32), jwtSecret: 'b'.repeat(32) }
  makeDatabase()
  expect(await load(given)).toEqual(given)
})

test('no new keys over old data', async () => {
  makeDatabase()
  await expect(load()).rejects.toThrow(/keys\.json is missing, but there is a database in .*pglite/)
})

test.each(['', '{"encryptionKey": "', '{"encryptionKey":"short","jwtSecret":"short"}'])(
  'a damaged key file stops the start and is left alone: %s',
  async (content) => {
    mkdirSync(join(folder, 'config'))
    writeFileSync(keyFile(), content)
    await expect(load()).rejects.toThrow(/keys\.json is damaged/)
    expect(readFileSync(keyFile(), 'utf8')).toBe(content)
  },
)

test('a key file that cannot be read stops the start', async () => {
  mkdirSync(keyFile(), { recursive: true })
  chmodSync(keyFile(), 0o700)
  await expect(load()).rejects.toThrow(KeyError)
})
