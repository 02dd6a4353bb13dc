import type { AnswerOf, Api } from '@piecework/sdk'
import { client } from './client.ts'

export type ImportedFlow = AnswerOf<Api['flows']['operate']>

interface Place {
  projectId: string
  folderId?: string | null
  folderName?: string | undefined
}

/**
 * Creates a flow with content of any format that the server reads. Steps of pieces that are missing come in as
 * invalid ones. When the server refuses the content, nothing stays.
 */
export async function createWith(content: object, { folderId, ...place }: Place): Promise<ImportedFlow> {
  const named: unknown = Reflect.get(content, 'displayName')
  const displayName = typeof named === 'string' && named !== '' ? named.slice(0, 1000) : 'Untitled'
  const flow = await client.flows.create({ body: { ...place, displayName, folderId: folderId ?? null } })
  try {
    return await importInto(flow.id, { ...content, displayName })
  } catch (error) {
    await client.flows.remove({ params: { id: flow.id } }).catch(() => {})
    throw error
  }
}

/** Replaces the content of a flow. The server checks it, whatever it is. */
export const importInto = (id: string, content: object): Promise<ImportedFlow> => {
  // The server knows more formats than the type of the request has.
  const request = { allowMissing: true, ...content } as Extract<
    Parameters<typeof client.flows.operate>[0]['body'],
    { type: 'IMPORT_FLOW' }
  >['request']
  return client.flows.operate({ params: { id }, body: { type: 'IMPORT_FLOW', request } })
}
