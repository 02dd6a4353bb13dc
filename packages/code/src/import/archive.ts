import { type UnzipFileFilter, unzip } from 'fflate'
import { MAIN_FILE } from '../dialect.ts'
import { CodeRefusal } from './refusal.ts'

/** The files of a program that say what the flow does; all others are left alone. */
const READ = /^(?:main\.ts|flow\.json|steps\/[A-Za-z_]\w{0,200}\.c?ts)$/
const MAX_FILES = 2100
const MAX_FILE_BYTES = 4 * 1024 * 1024
const MAX_BYTES = 16 * 1024 * 1024

/**
 * The files of a program, out of those that somebody sent.
 * @throws CodeRefusal for too many or too large ones
 */
export function filesOf(sent: Iterable<readonly [string, string]>): Map<string, string> {
  const files = new Map<string, string>()
  let total = 0
  for (const [path, text] of sent) {
    const name = path.replaceAll('\\', '/').replace(/^\.\//, '')
    if (!READ.test(name)) continue
    total += text.length
    requireSize(name, text.length, total, files.size)
    files.set(name, text)
  }
  return files
}

/** The same of an archive. A folder around all files is left out. @throws CodeRefusal */
export async function filesInArchive(data: Uint8Array): Promise<Map<string, string>> {
  let total = 0
  let count = 0
  let refusal: CodeRefusal | undefined
  const prefix = await folderOf(data)
  const entries = await extract(data, ({ name, originalSize }) => {
    const path = name.startsWith(prefix) ? name.slice(prefix.length) : ''
    if (!READ.test(path) || refusal) return false
    total += originalSize
    try {
      requireSize(path, originalSize, total, count++)
    } catch (error) {
      if (error instanceof CodeRefusal) refusal = error
      return false
    }
    return true
  })
  if (refusal) throw refusal
  return new Map(Object.entries(entries).map(([name, content]) => [name.slice(prefix.length), decode(name, content)]))
}

/** The folder of the program in the archive. */
async function folderOf(data: Uint8Array): Promise<string> {
  const found: string[] = []
  await extract(data, ({ name }) => {
    if (name === MAIN_FILE || (name.endsWith(`/${MAIN_FILE}`) && name.split('/').length === 2)) found.push(name)
    return false
  })
  const [first, ...others] = found
  if (first === undefined) throw new CodeRefusal(MAIN_FILE, 1, 'The archive holds no program: this file is missing.')
  if (others.length > 0) throw new CodeRefusal(MAIN_FILE, 1, 'The archive holds several programs.')
  return first.slice(0, -MAIN_FILE.length)
}

function extract(data: Uint8Array, filter: UnzipFileFilter): Promise<Record<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    try {
      unzip(data, { filter }, (error, files) => (error ? reject(unreadable()) : resolve(files)))
    } catch {
      reject(unreadable())
    }
  })
}

const unreadable = (): CodeRefusal =>
  new CodeRefusal(MAIN_FILE, 1, 'The archive cannot be read: it must be a ZIP file.')

function requireSize(file: string, bytes: number, total: number, count: number): void {
  if (bytes > MAX_FILE_BYTES) throw new CodeRefusal(file, 1, `The file is larger than ${MAX_FILE_BYTES} bytes.`)
  if (total > MAX_BYTES) throw new CodeRefusal(file, 1, `The files are larger than ${MAX_BYTES} bytes together.`)
  if (count >= MAX_FILES) throw new CodeRefusal(file, 1, `There are more than ${MAX_FILES} files.`)
}

function decode(file: string, content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw new CodeRefusal(file, 1, 'The file is no text in UTF-8.')
  }
}
