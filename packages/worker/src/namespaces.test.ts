import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { namespaceLauncher, requireNamespaces } from './namespaces.ts'

const given = await requireNamespaces('SANDBOX_PROCESS', 'STRICT').then(
  () => true,
  () => false,
)

/** Only asks for permission: where it is given by mistake, a test that writes would change this machine. */
const LOOK = `
  const fs = require('fs'), { join } = require('path')
  const mayWrite = (path) => { try { fs.accessSync(path, fs.constants.W_OK); return true } catch { return false } }
  const walk = (folder, depth) => {
    let entries = []
    try { entries = fs.readdirSync(folder, { withFileTypes: true }) } catch {}
    return entries.flatMap((entry) => {
      const path = join(folder, entry.name)
      if (!entry.isDirectory()) return mayWrite(path) ? [path] : []
      return depth > 8 || /^[/]proc[/]([0-9]+|self|thread-self)$/.test(path) ? [] : walk(path, depth + 1)
    })
  }
  const mounts = fs.readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\\n').map((line) => line.split(' ').slice(4, 6))
  const isFolder = (path) => fs.statSync(path).isDirectory()
  const writable = mounts.filter(([path, options]) => options.split(',')[0] === 'rw' && path !== '/dev/pts' && isFolder(path))
  console.log(JSON.stringify({
    machine: walk('/proc', 0),
    folders: ['/', '/etc', '/dev', '/proc/sys', '/proc/sys/kernel', '/run'].filter(mayWrite),
    sizes: Object.fromEntries(writable.map(([path]) => { const { blocks, bsize } = fs.statfsSync(path); return [path, blocks * bsize] })),
    devices: ['/dev/null', '/dev/shm'].filter(mayWrite),
  }))`

test('a program in kernel namespaces can write to bounded folders of its own alone', async () => {
  if (!given) return
  const folder = await mkdtemp(join(tmpdir(), 'namespaces-'))
  try {
    const cwd = join(folder, 'scratch')
    await mkdir(cwd)
    const launcher = await namespaceLauncher({ readable: [dirname(cwd)], cwd, socketFolder: folder })
    const { stdout } = await promisify(execFile)(launcher.path, [...launcher.args, process.execPath, '-e', LOOK])
    const { machine, folders, sizes, devices } = JSON.parse(stdout)
    expect(machine, 'settings of the kernel, which hold for the whole machine').toEqual([])
    expect(folders).toEqual([])
    expect(devices).toEqual(['/dev/null', '/dev/shm'])
    expect(sizes).toEqual({ '/tmp': 512 * 1024 ** 2, [cwd]: 512 * 1024 ** 2, '/dev/shm': 64 * 1024 ** 2 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('where bubblewrap is not installed, the worker says how to install it, and what works without', async () => {
  if (!given) return
  const look = `
    const { requireNamespaces } = await import(${JSON.stringify(new URL('./namespaces.ts', import.meta.url).href)})
    await requireNamespaces('SANDBOX_PROCESS', 'STRICT').catch((error) => console.log(error.name, error.message))`
  // The folders of programs are empty in there.
  const room = ['--dev-bind', '/', '/', '--tmpfs', '/usr/bin', '--tmpfs', '/usr/local/bin']
  const { stdout } = await promisify(execFile)('bwrap', [
    ...room,
    ...['--', process.execPath, '--input-type=module', '-e', look],
  ])
  expect(stdout).toContain('NamespacesUnavailableError')
  expect(stdout).toContain('apt-get install bubblewrap')
  expect(stdout).toContain('SANDBOX_CODE_ONLY')
})
