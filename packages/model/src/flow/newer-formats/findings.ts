import { z } from 'zod'

/** What was changed while flow content was read, or what its owner should look at. `stepName` null: the whole flow. */
export const ImportNote = z.object({ stepName: z.string().nullable(), message: z.string() })
export type ImportNote = z.infer<typeof ImportNote>

/** Collects what there is to say of content that is brought to the format of this product. */
export interface Findings {
  /** Why it cannot be taken in. */
  refusals: string[]
  notes: ImportNote[]
}
