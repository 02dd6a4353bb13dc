import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { withEsbuild } from '@piecework/worker/testing'

export interface PackageFiles {
  name: string
  version: string
  /** Path in the package to its text. */
  files: Record<string, string>
  /** Fields of package.json besides name and version. */
  manifest?: Record<string, unknown>
}

/** A package tarball, as `npm pack` makes them. */
export function packageArchive({ name, version, files, manifest = {} }: PackageFiles): Buffer {
  const all = { 'package.json': JSON.stringify({ name, version, ...manifest }), ...files }
  const blocks = Object.entries(all).map(([path, text]) => tarEntry(`package/${path}`, Buffer.from(text)))
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

function tarEntry(path: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write('0000644\0', 100)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

/**
 * A piece written against our SDK, bundled as published pieces are.
 * @param source TypeScript that exports the piece; it may import `@piecework/framework`.
 */
export async function pieceArchive(
  name: string,
  version: string,
  source: string,
  more: Partial<Pick<PackageFiles, 'files' | 'manifest'>> = {},
): Promise<Buffer> {
  // Ends the service when nobody uses it.
  const built = await withEsbuild(({ build }) =>
    build({
      stdin: { contents: source, loader: 'ts', resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      keepNames: true,
      logLevel: 'silent',
    }),
  )
  const code = built.outputFiles[0]?.text ?? ''
  return packageArchive({ name, version, ...more, files: { 'src/index.js': code, ...more.files } })
}

export interface TestRegistry extends AsyncDisposable {
  url: string
  /** Downloads by `name@version`. */
  downloads: Map<string, number>
}

/**
 * An npm registry with a few packages.
 * @param corrupt packages (`name@version`) whose bytes are not those that their metadata promises.
 */
export async function startTestRegistry(
  packages: { name: string; version: string; archive: Buffer }[],
  corrupt: readonly string[] = [],
): Promise<TestRegistry> {
  const downloads = new Map<string, number>()
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1)
    const file = /^files\/(.+@.+)\.tgz$/.exec(path)?.[1]
    if (file) {
      const found = packages.find(({ name, version }) => `${name}@${version}` === file)
      downloads.set(file, (downloads.get(file) ?? 0) + 1)
      response.end(corrupt.includes(file) ? Buffer.from('not what was promised') : found?.archive)
      return
    }
    const versions = packages.filter(({ name }) => name === path)
    if (versions.length === 0) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}')
      return
    }
    const described = versions.map(({ name, version, archive }) => [
      version,
      {
        name,
        version,
        dist: {
          tarball: `${origin()}/files/${encodeURIComponent(`${name}@${version}`)}.tgz`,
          integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}`,
        },
      },
    ])
    const latest = versions.at(-1)?.version
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ name: path, 'dist-tags': { latest }, versions: Object.fromEntries(described) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin()}/`,
    downloads,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
