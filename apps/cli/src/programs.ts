import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, normalize, sep } from 'node:path'
import { createClient } from '@piecework/sdk'
import { unzipSync } from 'fflate'

/** Flows as folders of programs, on a server. */

export interface ServerAccess {
  apiUrl: string
  apiKey: string
}

const connect = ({ apiUrl, apiKey }: ServerAccess) => createClient({ url: apiUrl, token: apiKey })

/** Writes the program of a flow into a folder. @returns the folder */
export async function exportProgram(flowId: string, folder: string, access: ServerAccess): Promise<string> {
  const archive = await connect(access).flowCode.export({ params: { id: flowId }, query: {} })
  const files = unzipSync(new Uint8Array(await archive.arrayBuffer()))
  for (const [path, content] of Object.entries(files)) {
    const file = normalize(join(folder, path))
    // A server that was replaced by another must not write elsewhere.
    if (!file.startsWith(normalize(folder) + sep))
      throw new Error(`The archive has a file outside of its folder: ${path}`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  return folder
}

/** Makes a flow of the program in a folder. @returns its id */
export async function importProgram(folder: string, projectId: string, access: ServerAccess): Promise<string> {
  const names = [
    'main.ts',
    'flow.json',
    ...(await readdir(join(folder, 'steps')).catch(() => [])).map((name) => `steps/${name}`),
  ]
  const files: Record<string, string> = {}
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && name === 'flow.json') return undefined
      throw error
    })
    if (text !== undefined) files[name] = text
  }
  const { id } = await connect(access).flowCode.import({ body: { projectId, files } })
  return id
}
