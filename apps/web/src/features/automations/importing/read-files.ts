import { contentsOf } from './contents.ts'

/** A flow of a file, or what is wrong with the file. */
export interface FoundFlow {
  /** The file, and its path in the ZIP. */
  path: string
  /** The folder that it lay in. */
  folderName?: string | undefined
  content?: Record<string, unknown>
  problem?: 'notJson' | 'noFlow' | 'brokenZip' | 'tooLarge' | 'tooMany'
  /** The refusal of the server, for a program. */
  reason?: string
}

/** The most bytes of all files together, unpacked. */
const MOST_BYTES = 100_000_000
const MOST_FLOWS = 500

/** Reads a ZIP of a program: its flow, or why it cannot be read. */
type ReadProgram = (zip: string) => Promise<Pick<FoundFlow, 'content' | 'reason'>>

/** The flows in files, JSON or ZIP, or programs; files that cannot be read are among them with the problem. */
export async function readFiles(files: readonly File[], readProgram: ReadProgram): Promise<FoundFlow[]> {
  const found: FoundFlow[] = []
  let bytes = 0
  const add = (path: string, text: string, folderName?: string): void => {
    const contents = contentsOf(text)
    if (!contents) found.push({ path, problem: isJson(text) ? 'noFlow' : 'notJson' })
    for (const content of contents ?? []) found.push({ path, folderName, content })
  }
  for (const file of files) {
    bytes += file.size
    if (bytes > MOST_BYTES) {
      found.push({ path: file.name, problem: 'tooLarge' })
      continue
    }
    const data = new Uint8Array(await file.arrayBuffer())
    if (!isZip(data)) {
      add(file.name, new TextDecoder().decode(data))
      continue
    }
    if (await holdsProgram(data)) {
      found.push({ path: file.name, ...(await readProgram(await base64Of(file))) })
      continue
    }
    const inside = await unpack(data)
    if (inside === undefined) found.push({ path: file.name, problem: 'brokenZip' })
    for (const [path, content] of Object.entries(inside ?? {})) {
      bytes += content.length
      if (bytes > MOST_BYTES) {
        found.push({ path, problem: 'tooLarge' })
        break
      }
      add(path, new TextDecoder().decode(content), path.includes('/') ? path.split('/').at(-2) : undefined)
    }
  }
  const [last] = found.slice(MOST_FLOWS)
  return last ? [...found.slice(0, MOST_FLOWS), { path: last.path, problem: 'tooMany' }] : found
}

const isZip = (data: Uint8Array): boolean => data[0] === 0x50 && data[1] === 0x4b

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Whether a ZIP is an exported program, perhaps in a folder of its own. */
async function holdsProgram(data: Uint8Array): Promise<boolean> {
  const { unzip } = await import('fflate')
  return new Promise((resolve) => {
    let found = false
    const filter = ({ name }: { name: string }): boolean => {
      found ||= /^(?:[^/]+\/)?main\.ts$/.test(name)
      return false
    }
    try {
      unzip(data, { filter }, () => resolve(found))
    } catch {
      resolve(false)
    }
  })
}

const base64Of = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })

/** The JSON files of a ZIP; undefined when it is broken. Sizes are those that the ZIP says. */
async function unpack(data: Uint8Array): Promise<Record<string, Uint8Array> | undefined> {
  const { unzip } = await import('fflate')
  return new Promise((resolve) => {
    let bytes = 0
    const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
      if (!name.endsWith('.json') || name.startsWith('__MACOSX/')) return false
      bytes += originalSize
      return bytes <= MOST_BYTES
    }
    try {
      unzip(data, { filter }, (error, files) => resolve(error ? undefined : files))
    } catch {
      resolve(undefined)
    }
  })
}
