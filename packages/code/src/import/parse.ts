import { tokenizer } from 'acorn'
import type { Node, SourceFile } from 'typescript/unstable/ast'
import { CodeRefusal } from './refusal.ts'

/** A file as the TypeScript compiler reads it. */
export interface Parsed {
  source: SourceFile
  /** @throws CodeRefusal that names the line of the node */
  refuse(node: Node, reason: string): never
  /** The same, to be thrown. */
  refusal(node: Node, reason: string): CodeRefusal
}

const FOLDER = '/program'
/** Longer programs are no flows: one of 2000 steps has a tenth of this. */
const MAX_LETTERS = 2_000_000
const MAX_DEPTH = 1500
const MAX_SIGNS = 30_000
const TIMEOUT_MS = 10_000

/**
 * Reads a file by the TypeScript compiler, in a process that ends with it.
 * @throws CodeRefusal for a file that is too large or too deep, or no TypeScript
 */
export async function parseTypeScript(file: string, text: string): Promise<Parsed> {
  if (text.length > MAX_LETTERS) throw new CodeRefusal(file, 1, `The file has more than ${MAX_LETTERS} letters.`)
  requireShallow(file, text)
  // It starts no process before it is needed, and nothing else needs it.
  const { API } = await import('typescript/unstable/async')
  const project = `${FOLDER}/tsconfig.json`
  const path = `${FOLDER}/main.ts`
  const files = new Map([
    [project, JSON.stringify({ compilerOptions: { noLib: true, noResolve: true, types: [] }, files: ['main.ts'] })],
    [path, text],
  ])
  const api = new API({
    cwd: FOLDER,
    fs: {
      readFile: (name) => files.get(name) ?? null,
      fileExists: (name) => files.has(name),
      directoryExists: (name) => name === FOLDER || name === '/',
      getAccessibleEntries: (name) => ({
        files: name === FOLDER ? ['tsconfig.json', 'main.ts'] : [],
        directories: name === '/' ? [FOLDER.slice(1)] : [],
      }),
      realpath: (name) => name,
    },
  })
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CodeRefusal(file, 1, 'The file takes too long to read.')), TIMEOUT_MS)
  })
  const read = async (): Promise<SourceFile> => {
    const snapshot = await api.updateSnapshot({ openProjects: [project] })
    const program = snapshot.getProject(project)?.program
    const source = await program?.getSourceFile(path)
    if (program === undefined || source === undefined) throw new Error('The compiler did not read the program')
    const [mistake] = await program.getSyntacticDiagnostics(path)
    if (mistake) throw new CodeRefusal(file, lineOf(text, mistake.pos), mistake.text)
    return source
  }
  const reading = read()
  reading.catch(() => {})
  try {
    const source = await Promise.race([reading, tooLong])
    const refusal = (node: Node, reason: string) => new CodeRefusal(file, lineOf(text, node.getStart(source)), reason)
    return {
      source,
      refusal,
      refuse(node, reason) {
        throw refusal(node, reason)
      },
    }
  } finally {
    clearTimeout(timer)
    await api.close()
  }
}

export const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length

const OPENING = new Set(['(', '[', '{', '${'])
const CLOSING = new Set([')', ']', '}'])
/** Behind these begins something that is not inside what was before. */
const BETWEEN = new Set([',', ';', 'const'])

/**
 * Refuses what would nest deeper than the compiler can read: it counts the signs since the begin of each statement and
 * of each part between the brackets around it, as each can be inside the one before.
 */
function requireShallow(file: string, text: string): void {
  const counts = [0]
  let total = 0
  let at = 0
  try {
    for (const { type, start } of tokenizer(text, { ecmaVersion: 'latest', sourceType: 'module' })) {
      at = start
      const top = counts.length - 1
      if (OPENING.has(type.label)) counts.push(0)
      else if (CLOSING.has(type.label)) total -= (counts.length > 1 ? counts.pop() : 0) ?? 0
      else if (BETWEEN.has(type.label)) {
        total -= counts[top] ?? 0
        counts[top] = 0
      } else {
        counts[top] = (counts[top] ?? 0) + 1
        total += 1
      }
      if (counts.length > MAX_DEPTH || total > MAX_SIGNS)
        throw new CodeRefusal(file, lineOf(text, at), 'The program nests too deep.')
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CodeRefusal(file, lineOf(text, at), error.message)
  }
}
