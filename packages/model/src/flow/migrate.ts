import { z } from 'zod'
import { LATEST_SCHEMA_VERSION, Note } from './flow.ts'
import { MAX_FLOW_DEPTH } from './incoming.ts'
import { agentModel, agentToolNames, oneAiPiece } from './migrations/ai-pieces.ts'
import { branchToRouter } from './migrations/branch-to-router.ts'
import { httpResponseToWebhook } from './migrations/http-response-to-webhook.ts'
import { exactPieceVersions, pinPiece } from './migrations/piece-versions.ts'
import { propertySettings } from './migrations/property-settings.ts'
import { isRaw, mapSteps, type Raw, rawAt, rawDepth, without } from './migrations/raw.ts'
import { Trigger } from './step.ts'

type Migration = (content: Raw) => Raw

/** A migration that another part of the product makes unnecessary, or that needs data outside the flow. */
const pass: Migration = (content) => content

/**
 * What turns schema N into N + 1, at index N; index 0 is content without a schema version
 * (spec: facts/flow-model.md section 8). Each leaves content alone that has the newer shape already.
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
  pass, // resolved piece versions of locked flows: see exactPieceVersions
  (content) => ({ ...content, notes: content.notes ?? [] }),
  agentModel,
  pass, // as the one before
  agentToolNames,
  pass, // lastUpdatedDate: see complete()
  pass, // table filters by external id: needs the records of the installation's tables
  exactPieceVersions,
]

/**
 * Brings flow content (or a whole version) of any schema to the newest one. Takes and gives unknown JSON: the
 * result is still to be checked by a schema. Fills in what older exports and hand-written flows leave out.
 */
export function migrateContent(content: unknown, now: string = new Date().toISOString()): unknown {
  if (!isRaw(content) || rawDepth(content.trigger, MAX_FLOW_DEPTH) > MAX_FLOW_DEPTH) return content
  const from = schemaNumber(content.schemaVersion)
  const migrated = MIGRATIONS.slice(from).reduce((result, migrate) => migrate(result), content)
  const schemaVersion = from > MIGRATIONS.length ? content.schemaVersion : LATEST_SCHEMA_VERSION
  return { ...complete(migrated, now), schemaVersion }
}

/** Whether stored content has to be migrated before use. */
export function isOutdated(schemaVersion: string | null | undefined): boolean {
  return schemaNumber(schemaVersion) < MIGRATIONS.length
}

/** '7' is 7; no version, or text that is no number, is 0: the migrations look at shapes before they change them. */
function schemaNumber(schemaVersion: unknown): number {
  const text = typeof schemaVersion === 'number' ? String(schemaVersion) : schemaVersion
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : 0
}

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

/** Flow content as imports and templates carry it, of any schema version; parsing gives the newest. */
export const FlowContent = z.preprocess(
  (content, context) => {
    if (isRaw(content) && rawDepth(content.trigger, MAX_FLOW_DEPTH) > MAX_FLOW_DEPTH) {
      context.addIssue({
        code: 'custom',
        path: ['trigger'],
        message: `must not be more than ${MAX_FLOW_DEPTH} steps deep`,
      })
      return z.NEVER
    }
    return migrateContent(content)
  },
  z.object({
    displayName: z.string(),
    trigger: Trigger,
    schemaVersion: z.string().nullable(),
    notes: z.array(Note),
  }),
)
export type FlowContent = z.output<typeof FlowContent>
