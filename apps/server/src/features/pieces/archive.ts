import { createGunzip } from 'node:zlib'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'

/** Unpacked, an archive must stay below this: a small file can unpack to terabytes. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024
/** The most files, folders and links: more than any package has, and few enough for every disk. */
const MAX_ENTRIES = 20_000
const BLOCK = 512

const Manifest = z.looseObject({ name: z.string(), version: z.string() })

/**
 * Reads the name and version in the manifest of a package tarball.
 * @throws Error in the words that the uploader should read, when the file is no such tarball.
 */
export async function readManifest(archive: Uint8Array): Promise<{ name: string; version: string }> {
  const tar = await unzip(archive)
  let found: string | undefined
  // All of them are counted, wherever the manifest stands.
  for (const { path, content } of entries(tar)) {
    // npm takes the first folder off, whatever its name.
    const [, ...rest] = path.replace(/^\.\//, '').split('/')
    if (rest.join('/') === 'package.json') found ??= new TextDecoder().decode(content)
  }
  if (found === undefined) throw new Error('It has no package.json: make it with `pieces build` or `npm pack`')
  const manifest = Manifest.safeParse(parseJson(found))
  if (!manifest.success) throw new Error('Its package.json has no name and version')
  return manifest.data
}

async function unzip(archive: Uint8Array): Promise<Buffer> {
  const gunzip = createGunzip()
  gunzip.end(archive)
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of gunzip) {
      if (!Buffer.isBuffer(part)) continue
      size += part.byteLength
      if (size > MAX_UNPACKED_BYTES) break
      parts.push(part)
    }
  } catch {
    throw new Error('It is not a .tgz archive')
  }
  if (size > MAX_UNPACKED_BYTES) throw new Error(`It unpacks to more than ${MAX_UNPACKED_BYTES / 1024 / 1024} MB`)
  return Buffer.concat(parts)
}

/** The plain files of a tar archive. @throws Error when it is damaged, or holds too much of anything */
function* entries(tar: Buffer): Generator<{ path: string; content: Buffer }> {
  let count = 0
  for (let offset = 0; offset + BLOCK <= tar.length; ) {
    const header = tar.subarray(offset, offset + BLOCK)
    const name = text(header.subarray(0, 100))
    if (name === '') return
    if (++count > MAX_ENTRIES) throw new Error(`It holds more than ${MAX_ENTRIES.toLocaleString('en')} files`)
    const size = Number.parseInt(text(header.subarray(124, 136)).trim() || '0', 8)
    if (!Number.isInteger(size) || size < 0) throw new Error('It is damaged')
    const prefix = text(header.subarray(345, 500))
    const type = String.fromCharCode(header[156] ?? 0)
    const content = tar.subarray(offset + BLOCK, offset + BLOCK + size)
    if (type === '0' || type === '\0') yield { path: prefix === '' ? name : `${prefix}/${name}`, content }
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
}

const text = (bytes: Buffer): string => {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}
