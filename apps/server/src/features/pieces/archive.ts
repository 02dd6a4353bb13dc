import { createGunzip } from 'node:zlib'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'

/** Unpacked, an archive must stay below this: a small file can unpack to terabytes. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024
const BLOCK = 512

const Manifest = z.looseObject({ name: z.string(), version: z.string() })

/**
 * Reads the name and version in the manifest of a package tarball.
 * @throws Error in the words that the uploader should read, when the file is no such tarball.
 */
export async function readManifest(archive: Uint8Array): Promise<{ name: string; version: string }> {
  const tar = await unzip(archive)
  for (const { path, content } of entries(tar)) {
    // npm takes the first folder off, whatever its name.
    const [, ...rest] = path.replace(/^\.\//, '').split('/')
    if (rest.join('/') !== 'package.json') continue
    const manifest = Manifest.safeParse(parseJson(new TextDecoder().decode(content)))
    if (!manifest.success) throw new Error('its package.json has no name and version')
    return manifest.data
  }
  throw new Error('it holds no package.json: it must be made with `pieces build` or `npm pack`')
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
    throw new Error('it is not a .tgz archive')
  }
  if (size > MAX_UNPACKED_BYTES) throw new Error(`it unpacks to more than ${MAX_UNPACKED_BYTES / 1024 / 1024} MB`)
  return Buffer.concat(parts)
}

/** The plain files of a tar archive. */
function* entries(tar: Buffer): Generator<{ path: string; content: Buffer }> {
  for (let offset = 0; offset + BLOCK <= tar.length; ) {
    const header = tar.subarray(offset, offset + BLOCK)
    const name = text(header.subarray(0, 100))
    if (name === '') return
    const size = Number.parseInt(text(header.subarray(124, 136)).trim() || '0', 8)
    if (!Number.isInteger(size) || size < 0) throw new Error('it is damaged')
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
