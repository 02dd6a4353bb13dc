import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import type { WorkerSource } from './task.ts'

/** For workers whose flows use no connections. */
export const noConnection: WorkerSource['loadConnection'] = async () => ({ answer: { status: 'NOT_FOUND' }, keepMs: 0 })

export interface TestManifest {
  name: string
  version: string
  /** The address of the tarball, according to the registry. */
  at?: string
  [field: string]: unknown
}

/** A stand-in for the npm registry, on loopback. */
export interface TestRegistry extends AsyncDisposable {
  /** Ends with `/`. */
  url: string
  /** The paths of all requests, in order. */
  requests: string[]
  /** Answers nothing from now on; what waits is answered by `release`. */
  hang(): void
  release(): void
  publish(manifest: TestManifest, files: Record<string, string>): Promise<void>
  /** The variables with which npm uses this registry. */
  environment: Record<string, string>
}

export async function startRegistry(): Promise<TestRegistry> {
  const tarballs = new Map<string, Buffer>()
  const versions = new Map<string, Map<string, object>>()
  const requests: string[] = []
  const held: (() => void)[] = []
  let hangs = false

  const answer = (path: string, response: ServerResponse): void => {
    const tarball = tarballs.get(path)
    if (tarball) return void response.end(tarball)
    const name = decodeURIComponent(path.slice(1))
    const known = versions.get(name)
    if (!known) return void response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
    const latest = [...known.keys()].at(-1)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(known) }))
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    if (hangs) held.push(() => answer(path, response))
    else answer(path, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`
  return {
    url,
    requests,
    hang: () => {
      hangs = true
    },
    release() {
      hangs = false
      for (const go of held.splice(0)) go()
    },
    async publish(manifest, files) {
      const { name, version } = manifest
      const tarball = await packPackage(manifest, files)
      const path = `/tarballs/${name.replace('/', '-')}-${version}.tgz`
      tarballs.set(path, tarball)
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
      const { at = url + path.slice(1) } = manifest
      const dist = { tarball: at, integrity }
      versions.set(name, (versions.get(name) ?? new Map()).set(version, { ...manifest, dist }))
    },
    environment: { npm_config_registry: url, npm_config_fetch_retries: '0', npm_config_userconfig: '/dev/null' },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** A folder that goes away with its test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'worker-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The tarball of a package, as npm makes it. @param files path in the package to its text. */
export async function packPackage(manifest: TestManifest, files: Record<string, string>): Promise<Buffer> {
  await using folder = await temporaryFolder()
  for (const [path, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
    await mkdir(join(folder.path, dirname(path)), { recursive: true })
    await writeFile(join(folder.path, path), text)
  }
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--ignore-scripts'], { cwd: folder.path })
  const [packed]: { filename: string }[] = JSON.parse(stdout)
  return await readFile(join(folder.path, packed?.filename ?? ''))
}

/** Its service process holds 90 MB: it ends when it was not needed for this long. */
const IDLE_MS = 5000

let users = 0
let timer: NodeJS.Timeout | undefined

/** Lends esbuild, whose service process starts with the first use and ends some time after the last. */
export async function withEsbuild<T>(use: (compiler: typeof esbuild) => Promise<T>): Promise<T> {
  clearTimeout(timer)
  users++
  try {
    return await use(esbuild)
  } finally {
    users--
    if (users === 0) {
      timer = setTimeout(() => void esbuild.stop(), IDLE_MS)
      timer.unref()
    }
  }
}
