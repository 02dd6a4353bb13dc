import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exists, findPiece } from './folder.ts'
import { freeIdentifier, namesOf } from './names.ts'
import { pieceFiles } from './templates/piece.ts'
import { actionSource, pollingSource, type StepTemplate, webhookSource } from './templates/step.ts'
import { list } from './templates/text.ts'

const PACKAGE_NAME = /^(@[a-z0-9][a-z0-9._~-]*\/)?[a-z0-9][a-z0-9._~-]*$/

interface NewPiece {
  name: string
  packageName: string
  /** The section of the pieces folder for the new piece. */
  type: string
  root: string
}

/**
 * Writes the files of a new piece.
 * @returns its folder.
 * @throws Error when the folder exists, or npm does not allow the package name.
 */
export async function createPieceFolder({ name, packageName, type, root }: NewPiece): Promise<string> {
  const names = namesOf(name)
  if (!PACKAGE_NAME.test(packageName)) throw new Error(`'${packageName}' is not a valid npm package name`)
  const folder = join(root, type, names.kebab)
  if (await exists(folder)) throw new Error(`${folder} already exists`)
  for (const [path, text] of Object.entries(pieceFiles(names, packageName))) await writeNew(join(folder, path), text)
  return folder
}

const KINDS = {
  action: { folder: 'actions', suffix: 'Action', source: actionSource },
  polling: { folder: 'triggers', suffix: 'Trigger', source: pollingSource },
  webhook: { folder: 'triggers', suffix: 'Trigger', source: webhookSource },
} satisfies Record<string, { folder: string; suffix: string; source: (step: StepTemplate) => string }>

interface NewStep {
  kind: keyof typeof KINDS
  piece: string
  displayName: string
  description: string
  root: string
}

/**
 * Writes an action or a trigger, and adds it to the definition of its piece.
 * @returns the new file, and whether the definition could be changed.
 * @throws Error when there is no such piece, or the file exists.
 */
export async function createStep(step: NewStep): Promise<{ file: string; identifier: string; registered: boolean }> {
  const { folder } = await findPiece(step.piece, step.root)
  const kind = KINDS[step.kind]
  const names = namesOf(step.displayName)
  const file = join(folder, 'src', 'lib', kind.folder, `${names.kebab}.ts`)
  const indexFile = join(folder, 'src', 'index.ts')
  const index = await readFile(indexFile, 'utf8')
  const auth = await authOf(folder)
  const identifier = freeIdentifier(names.camel, kind.suffix, `${index} ${auth ?? ''}`)
  await writeNew(file, kind.source({ ...step, names, identifier, auth }))
  const changed = register(index, identifier, kind.folder, `./lib/${kind.folder}/${names.kebab}.ts`)
  if (changed !== undefined) await writeFile(indexFile, changed)
  return { file, identifier, registered: changed !== undefined }
}

async function authOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'src', 'lib', 'auth.ts'), 'utf8').catch(() => '')
  return /^export const (\w+)/m.exec(text)?.[1]
}

/** The definition with one more import and list entry; undefined when it is not in the form that `create` writes. */
function register(index: string, identifier: string, key: string, path: string): string | undefined {
  const array = new RegExp(`^ {2}${key}: \\[([\\w,\\s]*)\\],$`, 'm')
  const found = array.exec(index)
  const imports = [...index.matchAll(/^import .* from '\.\/.*'\n/gm)]
  const [first] = imports
  if (!found || !first) return undefined
  const items = [...(found[1] ?? '').split(',').map((item) => item.trim()), identifier].filter((item) => item !== '')
  const lines = [...imports.map(([line]) => line), `import { ${identifier} } from '${path}'\n`]
  const pathOf = (line: string): string => /'(.*)'/.exec(line)?.[1] ?? ''
  lines.sort((a, b) => pathOf(a).localeCompare(pathOf(b), 'en', { numeric: true }))
  const head = index.slice(0, first.index)
  const rest = index.slice(first.index).replace(/^import .* from '\.\/.*'\n/gm, '')
  return `${head}${lines.join('')}${rest}`.replace(array, list(key, items))
}

async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new Error(`${file} already exists`) : error
  })
}
