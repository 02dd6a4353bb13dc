import type { AppEventResult } from '@piecework/engine/protocol'
import type { Logger } from 'pino'
import { jsonOf } from '../../calls/json-text.ts'
import type { WebhookPayload } from '../../calls/payload.ts'
import type { Db } from '../../database/open.ts'
import type { Interactive } from '../../dispatch/operations.ts'
import { PRIORITY } from '../../queue/job.ts'
import type { FlowEntries } from '../flows/entries.ts'
import type { VersionSource } from '../flows/version-source.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import { newRun } from '../runs/new-run.ts'
import type { TriggerEvents } from './events.ts'
import type { HookSettings } from './hooks.ts'
import { selectListeners, selectPlatformsOfApp } from './store.ts'

export interface AppEventAnswer {
  status: number
  headers: Record<string, string>
  body: unknown
}

/** Receives what apps send that know one webhook per OAuth2 app, and finds the flows that it is for. */
export interface AppEvents {
  /** Whether there is such an app; calls for others are answered with `REFUSED`. */
  knows(pieceUrl: string): boolean
  receive(pieceUrl: string, payload: WebhookPayload): Promise<AppEventAnswer>
}

interface Parts {
  db: Db
  catalogue: Catalogue
  interactive: Interactive
  hooks: HookSettings
  entries: FlowEntries
  versions: VersionSource
  events: TriggerEvents
  /** Secrets of apps by the name of their piece. */
  secrets: Readonly<Record<string, unknown>>
  log: Logger
}

/** The apps that are known to work so; any other needs a secret in AP_APP_WEBHOOK_SECRETS. */
const KNOWN_APPS = ['slack', 'square', 'facebook-leads', 'intercom']
const ACCEPTED: AppEventAnswer = { status: 200, headers: {}, body: {} }
export const REFUSED: AppEventAnswer = { status: 400, headers: {}, body: {} }

/** The last part of the URL of an app's webhook. */
export const pieceUrlOf = (pieceName: string): string => pieceName.replace(/^@[^/]+\//, '').replace(/^piece-/, '')

export function createAppEvents(parts: Parts): AppEvents {
  const { db, catalogue, hooks, log } = parts

  const nameOf = (pieceUrl: string): string | undefined =>
    Object.keys(parts.secrets).find((name) => pieceUrlOf(name) === pieceUrl) ??
    (KNOWN_APPS.includes(pieceUrl) ? `@activepieces/piece-${pieceUrl}` : undefined)

  const parse = async (name: string, platformId: string, payload: string): Promise<AppEventResult | undefined> => {
    const piece = await catalogue.find(name, undefined, platformId)
    if (!piece) return undefined
    const { version } = piece.metadata
    // It belongs to no project: the token opens nothing.
    const projectId = `platform:${platformId}`
    const result = await parts.interactive({
      operation: {
        type: 'PARSE_APP_EVENT',
        projectId,
        platformId,
        engineToken: await hooks.engineToken(projectId, platformId),
        payload,
        appWebhook: hooks.appWebhookOf(name),
      },
      piece: { name, version, source: await catalogue.sourceOf(name, version, platformId) },
      timeoutMs: hooks.hookTimeoutMs,
    })
    if (result.type !== 'PARSE_APP_EVENT') return undefined
    if (result.error !== undefined) log.debug({ piece: name, error: result.error }, 'an app event could not be read')
    return result.status === 'OK' ? result : undefined
  }

  const hand = async (flowId: string, payload: WebhookPayload): Promise<void> => {
    const entry = await parts.entries.get(flowId)
    if (!entry) return
    if (entry.simulates) {
      await parts.events.saveSample(entry, await parts.versions.get(entry.latestVersionId), payload)
    }
    if (entry.status !== 'ENABLED') return
    const { projectId, live } = entry
    await parts.events.accept(
      newRun({
        projectId,
        flowId,
        flowVersionId: live.id,
        executeTrigger: true,
        payload: jsonOf(payload),
        priority: PRIORITY.medium,
      }),
    )
  }

  return {
    knows: (pieceUrl) => nameOf(pieceUrl) !== undefined,

    async receive(pieceUrl, payload) {
      const appName = nameOf(pieceUrl)
      if (appName === undefined) return REFUSED
      const text = jsonOf(payload)
      let answer = REFUSED
      let replied: AppEventAnswer | undefined
      // Each platform has its own version of the piece, and sees its own flows alone.
      for (const platformId of await selectPlatformsOfApp(db, appName)) {
        const parsed = await parse(appName, platformId, text).catch((error: unknown) => {
          log.warn({ err: error, piece: appName }, 'a call of an app could not be read')
          return undefined
        })
        if (!parsed) continue
        const { event, identifierValue = '', reply, verified } = parsed
        if (event !== undefined && verified) {
          const flowIds = await selectListeners(db, { appName, platformId, event, identifierValue })
          for (const flowId of flowIds) await hand(flowId, payload)
          answer = ACCEPTED
        }
        if (reply && (event === undefined || verified)) replied ??= { status: 200, ...reply }
      }
      return replied ?? answer
    },
  }
}
