import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pieceTranslation } from '@piecework/framework'

/** Translation catalogues limit the length of keys; longer texts are found by their beginning. */
const MAX_KEY_LENGTH = 512

/**
 * Writes `src/i18n/translation.json`: every text of the piece that people read.
 * @param piece the metadata of the piece.
 */
export async function writeTranslationFile(folder: string, piece: object): Promise<string> {
  const texts: Record<string, string> = {}
  for (const path of pieceTranslation.pathsToValuesToTranslate)
    for (const text of textsAt(piece, path.split('.'))) texts[text.slice(0, MAX_KEY_LENGTH)] = text
  const file = join(folder, 'src', 'i18n', 'translation.json')
  await mkdir(join(folder, 'src', 'i18n'), { recursive: true })
  await writeFile(file, `${JSON.stringify(texts, null, 2)}\n`)
  return file
}

function* textsAt(node: unknown, path: readonly string[]): Generator<string> {
  const [head, ...rest] = path
  if (head === undefined) {
    if (typeof node === 'string' && node !== '') yield node
    return
  }
  if (typeof node !== 'object' || node === null) return
  // A piece may offer several kinds of authentication.
  if (head !== '*' && Array.isArray(node)) for (const one of node) yield* textsAt(one, path)
  else for (const key of head === '*' ? Object.keys(node) : [head]) yield* textsAt(Reflect.get(node, key), rest)
}
