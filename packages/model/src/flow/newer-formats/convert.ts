import type { Raw } from '../migrations/raw.ts'
import { agentTools } from './agents.ts'
import type { Findings } from './findings.ts'
import { countReferences, FIRST_NESTED, looksNested, refuseUnknownValues, unwrapReferences } from './references.ts'
import { handlersToRouters, refuseUnknownSteps } from './steps.ts'

/** The newest format that is known, of which what this product has is brought to its own. */
export const NEWEST_KNOWN_FORMAT = 28

/** Content of this format came also from a branch of the product that wrote flat references. */
const SOMETIMES_FLAT = 23

export type Format =
  | { number: number }
  /** Content that says nothing, or what is no number. */
  | { number: undefined; written: unknown }

/** '7' and 7 are 7; nothing is undefined. */
export function formatOf(schemaVersion: unknown): Format {
  const text = typeof schemaVersion === 'number' ? String(schemaVersion) : schemaVersion
  if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return { number: Number(text) }
  return { number: undefined, written: schemaVersion ?? undefined }
}

/**
 * Brings content of formats after this product's own to it, or says why that cannot be. What carries no format number
 * of its own is looked for in content of every format.
 */
export function convertNewer(content: Raw, format: number | undefined, findings: Findings): Raw {
  const number = format ?? (looksNested(content) ? FIRST_NESTED : 0)
  if (format === undefined && number === FIRST_NESTED)
    findings.notes.push({
      stepName: null,
      message: `it says no schemaVersion; most of its references are written as of format ${FIRST_NESTED} on, and it is read so`,
    })
  const routed = handlersToRouters(content, findings)
  const nested = number >= FIRST_NESTED && !isFlat(routed, number, findings)
  const flat = nested ? unwrapReferences(routed, findings) : routed
  return agentTools(flat, number)
}

/** What content of the newest shape asks for and this product does not have. */
export function refuseUnknown(content: Raw, findings: Findings): void {
  refuseUnknownSteps(content, findings)
  refuseUnknownValues(content, findings)
}

function isFlat(content: Raw, format: number, findings: Findings): boolean {
  if (format !== SOMETIMES_FLAT) return false
  const { bracket, dotted, bare } = countReferences(content)
  if (bracket > 0 || bare <= dotted) return false
  findings.notes.push({
    stepName: null,
    message: `its references are not those of format ${format}: they stay as they are`,
  })
  return true
}
