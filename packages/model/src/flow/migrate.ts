import { z } from 'zod'
import { excessOf } from './bounds.ts'
import { LATEST_SCHEMA_VERSION, Note } from './flow.ts'
import { GraphSource } from './graph/graph.ts'
import { withOwnNames } from './import-names.ts'
import { MAX_FLOW_DEPTH } from './incoming.ts'
import { agentModel, agentToolNames, oneAiPiece } from './migrations/ai-pieces.ts'
import { branchToRouter } from './migrations/branch-to-router.ts'
import { httpResponseToWebhook } from './migrations/http-response-to-webhook.ts'
import { pinPiece } from './migrations/piece-versions.ts'
import { propertySettings } from './migrations/property-settings.ts'
import { isRaw, mapSteps, type Raw, rawAt, rawDepth, without } from './migrations/raw.ts'
import { convertNewer, formatOf, NEWEST_KNOWN_FORMAT, refuseUnknown } from './newer-formats/convert.ts'
import { type Findings, ImportNote } from './newer-formats/findings.ts'
import { withKnownTypes } from './newer-formats/steps.ts'
import { Trigger } from './step.ts'
import { isUsableStepName } from './step-name.ts'

type Migration = (content: Raw) => Raw

/** A migration that another part of the product makes unnecessary, or that needs data outside the flow. */
const pass: Migration = (content) => content

/**
 * The migrations from schema N to N + 1, at index N; index 0 is content without a schema version . Each leaves content
 * unchanged that has the newer shape already.
 */
const MIGRATIONS: readonly Migration[] = [
  branchToRouter,
  pass, // connectionIds: derived on every change
  pinPiece('@activepieces/piece-agent', '0.2.0'),
  pinPiece('@activepieces/piece-agent', '0.2.2'),
  pinPiece('@activepieces/piece-agent', '0.2.4'),
  httpResponseToWebhook,
  propertySettings,
  pass, // agents into their steps, twice: needs the agent records of the installation that made the flow
  pass,
  oneAiPiece,
  pinPiece('@activepieces/piece-ai', '0.0.4'),
  pass, // tables by external id: needs the records of the installation's tables
  pass, // resolved piece versions of locked flows: see the last
  (content) => ({ ...content, notes: content.notes ?? [] }),
  agentModel,
  pass, // as the one before
  agentToolNames,
  pass, // lastUpdatedDate: see complete()
  pass, // table filters by external id: needs the records of the installation's tables
  pass, // exact piece versions: the catalogue resolves ranges, see validity.ts
]

/** The migrated content in the newest shape (not yet checked by a schema), with notes on it. */
interface Migrated extends Findings {
  content: unknown
  /** The format that the content names. */
  from: string | null
}

/**
 * Brings flow content (or a whole version) of any format to the newest one that this product writes. Takes and returns
 * unknown JSON. Adds fields that older exports and hand-written flows omit.
 */
export function migrate(content: unknown, now: string = new Date().toISOString()): Migrated {
  const findings: Findings = { refusals: [], notes: [] }
  if (!isRaw(content)) return { content, from: null, ...findings }
  const format = formatOf(content.schemaVersion)
  const from = format.number === undefined ? null : String(format.number)
  if (format.number === undefined && format.written !== undefined && format.written !== '')
    findings.refusals.push(
      `schemaVersion ${JSON.stringify(format.written)} is not a number; the newest known version is ${NEWEST_KNOWN_FORMAT}`,
    )
  if ((format.number ?? 0) > NEWEST_KNOWN_FORMAT)
    findings.refusals.push(`schemaVersion ${from} is not known; the newest known version is ${NEWEST_KNOWN_FORMAT}`)
  if (isTooDeep(content)) findings.refusals.push(TOO_DEEP)
  if (findings.refusals.length > 0) return { content, from, ...findings }
  const converted = convertNewer(content, format.number, findings)
  if (isTooDeep(converted)) return { content, from, refusals: [TOO_DEEP], notes: [] }
  const migrated = MIGRATIONS.slice(format.number ?? 0).reduce((result, change) => change(result), converted)
  refuseUnknown(migrated, findings)
  return { content: { ...complete(migrated, now), schemaVersion: LATEST_SCHEMA_VERSION }, from, ...findings }
}

const TOO_DEEP = `must not be more than ${MAX_FLOW_DEPTH} steps deep`
const isTooDeep = ({ trigger }: Raw): boolean => rawDepth(trigger, MAX_FLOW_DEPTH) > MAX_FLOW_DEPTH

function complete(content: Raw, now: string): Raw {
  return mapSteps({ ...content, notes: content.notes ?? [] }, (step) => {
    const settings = rawAt(step, 'settings')
    const isPiece = step.type === 'PIECE' || step.type === 'PIECE_TRIGGER'
    const noLinks = ['nextAction', 'firstLoopAction'].filter((key) => step[key] === null)
    return {
      valid: false,
      lastUpdatedDate: now,
      ...without(step, ...noLinks),
      ...(step.type === 'ROUTER' ? { children: step.children ?? [] } : {}),
      ...(isPiece && isRaw(step.settings) ? { settings: { propertySettings: {}, ...settings } } : {}),
    }
  })
}

const flowContent = z.object({
  displayName: z.string(),
  trigger: Trigger,
  schemaVersion: z.string().nullable(),
  notes: z.array(Note),
  /** The graph that it was made from. */
  graph: GraphSource.nullish(),
  /** Added while the content is read; a value from the client is replaced. */
  conversion: z.object({ from: z.string().nullable(), notes: z.array(ImportNote) }),
})

/** Reads content of any format for a schema of the newest one. Reports every problem, and gives steps allowed names. */
export function readContent(input: unknown, context: z.core.$RefinementCtx, schema: z.ZodType): unknown {
  const { content, from, refusals, notes } = migrate(input)
  if (!isRaw(content)) return content
  // Before anything goes through all of its texts. A flow that is stored already may have more.
  if (!refusals.includes(TOO_DEEP)) refusals.push(...excessOf(content))
  const named = refusals.length > 0 ? content : withOwnNames(content, { isUsable: isUsableStepName, notes })
  const read = { ...named, conversion: { from, notes } }
  if (refusals.length === 0) return read
  for (const message of refusals)
    context.addIssue({
      code: 'custom',
      path: [message.startsWith('schemaVersion') ? 'schemaVersion' : 'trigger'],
      message,
    })
  // All problems at once, those of the schema included, unless the content is too deep for it.
  const checked = refusals.includes(TOO_DEEP) ? undefined : schema.safeParse(withKnownTypes(read))
  for (const { path, message } of checked?.error?.issues ?? []) context.addIssue({ code: 'custom', path, message })
  return z.NEVER
}

/** Flow content of imports and templates, in any format; parsing returns the newest. */
export const FlowContent = z.preprocess((content, context) => readContent(content, context, flowContent), flowContent)
export type FlowContent = z.output<typeof FlowContent>

/** FlowContent with additional fields. */
export function flowContentWith<Shape extends z.ZodRawShape>(shape: Shape) {
  const schema = flowContent.extend(shape)
  return z.preprocess((content, context) => readContent(content, context, schema), schema)
}
