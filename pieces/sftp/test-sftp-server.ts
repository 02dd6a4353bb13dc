import { generateKeyPairSync } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import ssh2, { type SFTPWrapper } from 'ssh2'

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp

export interface TestSftpServer {
  port: number
  close(): Promise<void>
}

/** A real SFTP server over a folder, for tests. Its user is `ada`, by the password `secret` or by any key. */
export async function startSftpServer(root: string): Promise<TestSftpServer> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on('authentication', (context) => {
      const allowed =
        context.username === 'ada' &&
        (context.method === 'publickey' || (context.method === 'password' && context.password === 'secret'))
      if (allowed) context.accept()
      else context.reject(['password', 'publickey'])
    })
    client.on('error', () => {})
    client.on('ready', () =>
      client.on('session', (accept) => accept().on('sftp', (acceptSftp) => serve(acceptSftp(), root))),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

type Handle = { file: Awaited<ReturnType<typeof open>> } | { names: string[]; folder: string }

function serve(sftp: SFTPWrapper, root: string): void {
  const handles = new Map<number, Handle>()
  const at = (path: string) => join(root, normalize(`/${path}`))
  const handleOf = (buffer: Buffer) => handles.get(buffer.readUInt32BE(0))
  const give = (id: number, handle: Handle) => {
    const key = handles.size + 1
    handles.set(key, handle)
    const buffer = Buffer.alloc(4)
    buffer.writeUInt32BE(key, 0)
    sftp.handle(id, buffer)
  }
  /** Answers with the work's own answer, or OK, or the failure. */
  const answer = (id: number, work: () => Promise<unknown>) => {
    work().then(
      (done) => done !== true && sftp.status(id, STATUS_CODE.OK),
      (error: NodeJS.ErrnoException) =>
        sftp.status(id, error.code === 'ENOENT' ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE, error.message),
    )
  }
  const attributes = async (path: string) => {
    const { mode, uid, gid, size, atimeMs, mtimeMs } = await stat(path)
    return { mode, uid, gid, size, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) }
  }
  const sendAttributes = (id: number, path: string) =>
    answer(id, async () => {
      sftp.attrs(id, await attributes(at(path)))
      return true
    })

  sftp.on('OPEN', (id, path, flags) =>
    answer(id, async () => {
      give(id, { file: await open(at(path), flags & OPEN_MODE.WRITE ? 'w' : 'r') })
      return true
    }),
  )
  sftp.on('READ', (id, buffer, offset, length) =>
    answer(id, async () => {
      const handle = handleOf(buffer)
      if (!handle || !('file' in handle)) throw new Error('No such handle')
      const { bytesRead, buffer: data } = await handle.file.read(Buffer.alloc(length), 0, length, offset)
      if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.data(id, data.subarray(0, bytesRead))
      return true
    }),
  )
  sftp.on('WRITE', (id, buffer, offset, data) =>
    answer(id, async () => {
      const handle = handleOf(buffer)
      if (handle && 'file' in handle) await handle.file.write(data, 0, data.length, offset)
    }),
  )
  sftp.on('CLOSE', (id, buffer) =>
    answer(id, async () => {
      const handle = handleOf(buffer)
      if (handle && 'file' in handle) await handle.file.close()
    }),
  )
  sftp.on('OPENDIR', (id, path) =>
    answer(id, async () => {
      give(id, { names: await readdir(at(path)), folder: at(path) })
      return true
    }),
  )
  sftp.on('READDIR', (id, buffer) =>
    answer(id, async () => {
      const handle = handleOf(buffer)
      if (!handle || !('names' in handle)) throw new Error('No such handle')
      const names = handle.names.splice(0)
      if (names.length === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.name(id, await Promise.all(names.map((name) => entry(join(handle.folder, name), name))))
      return true
    }),
  )
  const entry = async (path: string, filename: string) => {
    const attrs = await attributes(path)
    const kind = (await stat(path)).isDirectory() ? 'd' : '-'
    return { filename, longname: `${kind}rw-r--r-- 1 ada ada ${attrs.size} ${filename}`, attrs }
  }
  sftp.on('STAT', sendAttributes)
  sftp.on('LSTAT', sendAttributes)
  sftp.on('REALPATH', (id, path) => {
    const filename = normalize(`/${path}`)
    sftp.name(id, [{ filename, longname: filename, attrs: { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 } }])
  })
  sftp.on('FSETSTAT', (id) => sftp.status(id, STATUS_CODE.OK))
  sftp.on('SETSTAT', (id) => sftp.status(id, STATUS_CODE.OK))
  sftp.on('REMOVE', (id, path) => answer(id, () => rm(at(path))))
  sftp.on('MKDIR', (id, path) => answer(id, () => mkdir(at(path)).then(() => undefined)))
  sftp.on('RMDIR', (id, path) => answer(id, () => rmdir(at(path))))
  sftp.on('RENAME', (id, from, to) => answer(id, () => rename(at(from), at(to))))
}
