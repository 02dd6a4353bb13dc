import { LATEST_SCHEMA_VERSION } from '@piecework/model/flow/flow'
import { FlowContent } from '@piecework/model/flow/migrate'
import { parseJson } from '@piecework/model/parse-json'
import { DETAILS_FILE, Details, FORMAT, MAIN_FILE } from '../dialect.ts'
import { parseTypeScript } from './parse.ts'
import { readProgram } from './program.ts'
import { CodeRefusal } from './refusal.ts'

/**
 * The flow of a program.
 * @param files by their paths in the folder of the program
 * @throws CodeRefusal with file, line and reason
 */
export async function readFlow(files: ReadonlyMap<string, string>, now: string): Promise<FlowContent> {
  const main = files.get(MAIN_FILE)
  if (main === undefined) throw new CodeRefusal(MAIN_FILE, 1, 'The file is missing.')
  const details = readDetails(files.get(DETAILS_FILE))
  const parsed = await parseTypeScript(MAIN_FILE, main)
  try {
    const { displayName, trigger, variables } = readProgram(parsed, files, details, now)
    const graph = details.graph ?? (variables ? { description: '', nodes: [], edges: [] } : null)
    const content = {
      displayName,
      trigger,
      notes: details.notes,
      schemaVersion: details.schemaVersion ?? LATEST_SCHEMA_VERSION,
      ...(graph ? { graph: { ...graph, variables: variables ?? {} } } : {}),
    }
    const read = FlowContent.safeParse(content)
    if (read.success) return read.data
    const [issue] = read.error.issues
    throw new CodeRefusal(MAIN_FILE, 1, `${issue?.path.join('.')}: ${issue?.message}`)
  } catch (error) {
    if (error instanceof RangeError) throw new CodeRefusal(MAIN_FILE, 1, 'The program nests too deep.')
    throw error
  }
}

const NO_DETAILS: Details = { format: FORMAT, notes: [], connections: [], steps: [] }

function readDetails(text: string | undefined): Details {
  if (text === undefined) return NO_DETAILS
  const read = Details.safeParse(parseJson(text))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new CodeRefusal(DETAILS_FILE, 1, `${issue?.path.join('.') || 'The file'}: ${issue?.message}`)
}
