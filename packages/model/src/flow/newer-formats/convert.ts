import type { Raw } from '../migrations/raw.ts'
import { agentTools } from './agents.ts'
import type { Findings } from './findings.ts'
import {
  countReferences,
  FIRST_NESTED_FORMAT,
  looksNested,
  refuseUnknownValues,
  unwrapReferences,
} from './references.ts'
import { handlersToRouters, refuseUnknownSteps } from './steps.ts'

/** The newest known format; its content is converted to this product's format. */
export const NEWEST_KNOWN_FORMAT = 28

/** Another branch of the product also wrote content of this format, with flat references. */
const SOMETIMES_FLAT = 23

export type Format =
  | { number: number }
  /** Content without a version, or with one that is not a number. */
  | { number: undefined; written: unknown }

/** Reads '7' like 7; undefined without a version. */
export function formatOf(schemaVersion: unknown): Format {
  const text = typeof schemaVersion === 'number' ? String(schemaVersion) : schemaVersion
  if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return { number: Number(text) }
  return { number: undefined, written: schemaVersion ?? undefined }
}

/**
 * Converts content of newer formats to this product's own, or reports why that is impossible. Features without a format
 * number are searched in content of every format.
 */
export function convertNewer(content: Raw, format: number | undefined, findings: Findings): Raw {
  const number = format ?? (looksNested(content) ? FIRST_NESTED_FORMAT : 0)
  if (format === undefined && number === FIRST_NESTED_FORMAT)
    findings.notes.push({
      stepName: null,
      message: `it has no schemaVersion; most of its references are in the form of format ${FIRST_NESTED_FORMAT} and later, and it is read like that`,
    })
  const routed = handlersToRouters(content, findings)
  const nested = number >= FIRST_NESTED_FORMAT && !isFlat(routed, number, findings)
  const flat = nested ? unwrapReferences(routed, findings) : routed
  return agentTools(flat, number)
}

/** Refuses features in the newest format that this product does not have. */
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
    message: `its references are not in the form of format ${format}: they stay unchanged`,
  })
  return true
}
