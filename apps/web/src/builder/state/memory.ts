import { FlowOperation } from '@piecework/model/flow/operations/registry'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import { readStored, storeSoon } from '../../api/storage.ts'
import type { Waiting } from './reconcile.ts'

/** Keeps what waits for the server when the page is loaded again, or its tab is restored. */
export interface QueueMemory {
  keep(waiting: readonly Waiting[]): void
  kept(): Waiting[]
}

const Kept = z.array(
  z.object({
    id: z.string(),
    operation: FlowOperation,
    seen: z.array(z.unknown()),
    makes: z.array(z.string()),
    merge: z.string().optional(),
    sentOver: z.number().optional(),
  }),
)

/** The memory of this tab for one flow of one person. */
export function memoryOf(flowId: string, userId: string | null): QueueMemory {
  const name = `waiting.${userId ?? ''}.${flowId}`
  return {
    keep(waiting) {
      // Who waits for an answer, such as that of publishing, is gone with the page.
      const edits = waiting.filter(({ settle }) => settle === undefined)
      storeSoon(name, () => (edits.length === 0 ? null : JSON.stringify(edits)), 'tab')
    },
    kept: () => Kept.safeParse(parseJson(readStored(name, 'tab') ?? '[]')).data ?? [],
  }
}
