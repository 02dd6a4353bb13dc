import { client } from '../../api/client.ts'
import type { Folder } from '../../api/folders.ts'
import { downloadBlob } from '../../app/download.ts'
import { fileName, freeName } from '../../app/names.ts'
import { inTurn } from './in-turn.ts'

interface Exported {
  id: string
  displayName: string
  folderId: string | null
}

const textOf = async (id: string): Promise<string> =>
  JSON.stringify(await client.flows.template({ params: { id }, query: {} }), null, 2)

export async function exportOne({ id, displayName }: Exported): Promise<void> {
  downloadBlob(`${fileName(displayName)}.json`, new Blob([await textOf(id)], { type: 'application/json' }))
}

/** A program in TypeScript, as a ZIP. */
export async function exportProgram({ id, displayName }: Pick<Exported, 'id' | 'displayName'>): Promise<void> {
  downloadBlob(`${fileName(displayName)}.zip`, await client.flowCode.export({ params: { id }, query: {} }))
}

/** One ZIP with a file for each flow, in folders as they are here. @returns how many it has */
export async function exportMany(
  flows: readonly Exported[],
  folders: readonly Folder[],
  name: string,
): Promise<number> {
  const { strToU8, zip } = await import('fflate')
  const files: Record<string, Uint8Array> = {}
  const failures = await inTurn(flows, async (flow) => {
    const text = await textOf(flow.id)
    const folder = folders.find(({ id }) => id === flow.folderId)
    const path = `${folder ? `${fileName(folder.displayName)}/` : ''}${fileName(flow.displayName)}`
    const taken = Object.keys(files).map((file) => file.slice(0, -'.json'.length))
    files[`${freeName(path, taken)}.json`] = strToU8(text)
  })
  if (failures[0]) throw failures[0].error
  const bytes = await new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) =>
    zip(files, (error, data) => (error ? reject(error) : resolve(new Uint8Array(data)))),
  )
  downloadBlob(`${fileName(name)}.zip`, new Blob([bytes], { type: 'application/zip' }))
  return flows.length
}
