import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ApFile, createMockTriggerContext } from '@piecework/framework'
import { FtpSrv } from 'ftp-srv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { sftpAuth } from './connection.ts'
import { sftp } from './index.ts'
import { newFile } from './new-file.ts'
import { startSftpServer, type TestSftpServer } from './test-sftp-server.ts'

const silent = { child: () => silent, trace() {}, debug() {}, info() {}, warn() {}, error() {} }
let sftpServer: TestSftpServer
let ftpServer: FtpSrv
const roots: Record<string, string> = {}
const ports: Record<string, number> = {}
beforeAll(async () => {
  for (const protocol of ['sftp', 'ftp']) roots[protocol] = await mkdtemp(join(tmpdir(), `${protocol}-`))
  sftpServer = await startSftpServer(roots.sftp ?? '')
  ports.sftp = sftpServer.port
  ports.ftp = await freePort()
  ftpServer = new FtpSrv({ url: `ftp://127.0.0.1:${ports.ftp}`, pasv_url: '127.0.0.1', anonymous: true, log: silent })
  ftpServer.on('login', ({ username, password }, resolve, reject) => {
    if (username === 'anonymous' || (username === 'ada' && password === 'secret')) resolve({ root: roots.ftp ?? '' })
    else reject(new Error('Wrong user name or password'))
  })
  await ftpServer.listen()
})
afterAll(async () => {
  await sftpServer.close()
  await ftpServer.close()
  for (const root of Object.values(roots)) await rm(root, { recursive: true })
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

const account = (protocol: string) => ({
  ...{ protocol, host: '127.0.0.1', port: ports[protocol] ?? 0, username: 'ada', password: 'secret' },
})
const authOf = (protocol: string, more: object = {}) => ({
  type: 'CUSTOM_AUTH' as const,
  props: { ...account(protocol), ...more },
})

describe.each(['sftp', 'ftp'])('files over %s', (protocol) => {
  const run = (name: string, values: Record<string, unknown>, more: object = {}) =>
    runAction(sftp, name, values, { auth: authOf(protocol, more) })
  const done = { status: 'success' }
  const failed = { status: 'error', error: expect.any(String) }

  it('are made, uploaded, read, listed, renamed and deleted', async () => {
    expect(await run('create_file', { fileName: 'a.txt', fileContent: 'grün' })).toEqual(done)
    expect(await readFile(join(roots[protocol] ?? '', 'a.txt'), 'utf8')).toBe('grün')
    const file = new ApFile('x', Buffer.from([1, 2, 3]))
    expect(await run('upload_file', { fileName: 'b.bin', fileContent: file })).toEqual(done)
    const read = await runRecorded(sftp, 'read_file_content', { filePath: './b.bin' }, { auth: authOf(protocol) })
    const [[url, stored] = []] = read.recorded.files
    expect(read.output).toEqual({ ...done, file: url })
    expect(stored).toEqual({ fileName: 'b.bin', data: file.data })
    expect(await run('renameFileOrFolder', { oldPath: 'b.bin', newPath: 'c.bin' })).toEqual(done)
    expect(await run('listFolderContents', { directoryPath: './' })).toEqual({
      ...done,
      contents: expect.arrayContaining([expect.objectContaining({ type: '-', name: 'c.bin', size: 3 })]),
    })
    expect(await run('deleteFile', { filePath: 'c.bin' })).toEqual(done)
    expect(await run('deleteFile', { filePath: 'c.bin' })).toEqual(failed)
    expect(await run('read_file_content', { filePath: 'c.bin' })).toEqual(failed)
  })

  it('live in folders', async () => {
    expect(await run('createFolder', { folderPath: 'one' })).toEqual(done)
    // The FTP server of this test makes parent folders unasked.
    if (protocol === 'sftp') expect(await run('createFolder', { folderPath: 'two/three' })).toEqual(failed)
    expect(await run('createFolder', { folderPath: 'two/three', recursive: true })).toEqual(done)
    expect(await run('deleteFolder', { folderPath: 'one' })).toEqual(done)
    expect(await run('deleteFolder', { folderPath: 'two' })).toEqual(failed)
    expect(await run('deleteFolder', { folderPath: 'two', recursive: true })).toEqual(done)
    expect(await run('listFolderContents', { directoryPath: 'two' })).toEqual(failed)
  })

  it('start the flow when they are new', async () => {
    const root = roots[protocol] ?? ''
    const context = createMockTriggerContext({
      propsValue: { path: './', ignoreHiddenFiles: true },
      auth: authOf(protocol),
    })
    await newFile.onEnable(context)
    const later = new Date(Date.now() + 60_000)
    for (const name of ['new.txt', '.hidden']) {
      await writeFile(join(root, name), 'x')
      await utimes(join(root, name), later, later)
    }
    expect(await newFile.run(context)).toEqual([expect.objectContaining({ name: 'new.txt', path: './new.txt' })])
    expect(await newFile.run(context)).toEqual([])
  })

  it('need an account', async () => {
    expect(await run('listFolderContents', { directoryPath: './' }, { password: 'x' })).toEqual(failed)
    const server = { apiUrl: '', publicUrl: '' }
    expect(await sftpAuth.validate?.({ auth: account(protocol), server })).toEqual({ valid: true })
    expect(await sftpAuth.validate?.({ auth: { ...account(protocol), password: 'x' }, server })).toEqual({
      valid: false,
      error: expect.any(String),
    })
  })
})

it('encrypts FTP when told to, and then wants a certificate that can be trusted', async () => {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(roots.ftp ?? '', name))
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-keyout', key ?? '', '-out', certificate ?? ''],
  ])
  const port = await freePort()
  const tls = { key: await readFile(key ?? ''), cert: await readFile(certificate ?? '') }
  const server = new FtpSrv({ url: `ftp://127.0.0.1:${port}`, pasv_url: '127.0.0.1', tls, log: silent })
  const secured: boolean[] = []
  server.on('login', ({ connection }, resolve) => {
    secured.push(connection.secure)
    resolve({ root: roots.ftp ?? '' })
  })
  await server.listen()
  try {
    const list = (more: object) =>
      runAction(sftp, 'listFolderContents', { directoryPath: '/' }, { auth: authOf('ftps', { port, ...more }) })
    expect(await list({ allow_unauthorized_certificates: true })).toMatchObject({ status: 'success' })
    expect(secured).toEqual([true])
    expect(await list({})).toEqual({ status: 'error', error: expect.stringMatching(/self.signed/) })
  } finally {
    await server.close()
  }
})

it('logs in with a private key, also one pasted on one line', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const auth = authOf('sftp', { password: undefined, privateKey: privateKey.replaceAll('\n', '\\n') })
  expect(await runAction(sftp, 'listFolderContents', { directoryPath: '/' }, { auth })).toMatchObject({
    status: 'success',
  })
})

it('logs in without an account over FTP when told to', async () => {
  const auth = authOf('ftp', { username: '', allow_anonymous_login: true })
  expect(await runAction(sftp, 'listFolderContents', { directoryPath: '/' }, { auth })).toMatchObject({
    status: 'success',
  })
})

it('lets no path smuggle in a second FTP command', async () => {
  const fileName = 'a\r\nDELE b'
  expect(await runAction(sftp, 'create_file', { fileName, fileContent: '' }, { auth: authOf('ftp') })).toEqual({
    status: 'error',
    error: 'A path cannot hold line breaks.',
  })
})
