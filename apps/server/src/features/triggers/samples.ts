import type { Trigger } from '@piecework/model/flow/step'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import { readJson, type Unreadable, unreadable } from '../../database/json-column.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Files } from '../files/service.ts'
import { insertEvent, pageEvents, selectOldEvents } from './sample-store.ts'

/** An event that a trigger saw while it was tested. */
export interface TriggerEvent {
  id: string
  created: string
  updated: string
  projectId: string
  flowId: string
  /** `piece@major.minor:trigger`. */
  sourceName: string
  fileId: string
  payload: unknown
}

interface Owner {
  projectId: string
  flowId: string
}

/** The latest events of the triggers of flows, to build flows with. */
export interface TriggerSamples {
  /** Keeps events (JSON text each) and forgets the oldest. */
  save(owner: Owner, trigger: Trigger, payloads: readonly string[]): Promise<TriggerEvent[]>
  /** In place of all that were kept. */
  replace(owner: Owner, trigger: Trigger, payloads: readonly string[]): Promise<TriggerEvent[]>
  clear(owner: Owner): Promise<void>
  /** Those of the trigger that the flow has now, newest first. */
  list(owner: Owner, trigger: Trigger, page: PageRequest): Promise<SeekPage<TriggerEvent>>
}

const KEPT = 10

/** The most bytes of payloads in a page; the list shows further events without their payload. */
const MAX_LIST_BYTES = 32 * 1024 * 1024
const TOO_MUCH = unreadable('The payloads before this one fill the list. Ask for a smaller page.')

export function createTriggerSamples({ db, files }: { db: Db; files: Files }): TriggerSamples {
  /** Their rows go with their files. */
  const dropBeyond = async ({ projectId, flowId }: Owner, kept: number): Promise<void> => {
    const old = await selectOldEvents(db, { projectId, flowId }, kept)
    await files.remove(
      { projectId },
      old.map((event) => event.fileId),
    )
  }

  const add = async (
    { projectId, flowId }: Owner,
    trigger: Trigger,
    { id, payload }: { id: string; payload: string },
  ): Promise<TriggerEvent> => {
    const fileId = await files.save({
      owner: { projectId },
      type: 'TRIGGER_EVENT_FILE',
      data: Buffer.from(payload),
      metadata: { flowId },
    })
    const row = await insertEvent(db, { id, flowId, projectId, sourceName: sourceName(trigger), fileId })
    return { ...row, payload: JSON.parse(payload) }
  }

  /** @returns the text, null when the file is gone, or why it cannot be read, so that the list still shows the others. */
  const contentOf = async (projectId: string, fileId: string): Promise<string | null | Unreadable> => {
    try {
      const content = (await files.readMany({ projectId }, [fileId])).get(fileId)
      return content ? new TextDecoder().decode(content) : null
    } catch {
      return unreadable('The file of the event cannot be read.')
    }
  }

  const save: TriggerSamples['save'] = async (owner, trigger, payloads) => {
    const events: TriggerEvent[] = []
    const kept = payloads.slice(-KEPT)
    // Ids of one millisecond are in no order, and the list is in that of its ids.
    const ids = kept.map(() => newId()).sort()
    for (const [index, id] of ids.entries()) {
      const payload = kept[index]
      if (payload !== undefined) events.push(await add(owner, trigger, { id, payload }))
    }
    await dropBeyond(owner, KEPT)
    return events
  }

  return {
    save,
    clear: (owner) => dropBeyond(owner, 0),
    async replace(owner, trigger, payloads) {
      await dropBeyond(owner, 0)
      return save(owner, trigger, payloads)
    },
    async list({ projectId, flowId }, trigger, request) {
      const page = await pageEvents(db, { projectId, flowId, sourceName: sourceName(trigger) }, request)
      const data: TriggerEvent[] = []
      let bytes = 0
      for (const event of page.data) {
        const content = bytes < MAX_LIST_BYTES ? await contentOf(projectId, event.fileId) : TOO_MUCH
        if (typeof content === 'string') bytes += content.length
        data.push({ ...event, payload: typeof content === 'string' ? readJson(content) : content })
      }
      return { ...page, data }
    },
  }
}

function sourceName(trigger: Trigger): string {
  if (trigger.type !== 'PIECE_TRIGGER') return trigger.type
  const { pieceName, pieceVersion, triggerName = '' } = trigger.settings
  const [major, minor] = pieceVersion.split('.')
  return `${pieceName}@${major}.${minor}:${triggerName}`
}
