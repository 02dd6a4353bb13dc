import { z } from 'zod'

/** A change that was made while flow content was read, or a hint for its owner. `stepName` null: the whole flow. */
export const ImportNote = z.object({ stepName: z.string().nullable(), message: z.string() })
export type ImportNote = z.infer<typeof ImportNote>

/** Collects notes on content that is converted to this product's format. */
export interface Findings {
  /** Reasons why the content is refused. */
  refusals: string[]
  notes: ImportNote[]
}
