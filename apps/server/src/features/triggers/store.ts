import { newId } from '@piecework/model/ids'
import type { Schedule } from '@piecework/model/schedule'
import { type Insertable, type Selectable, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { TriggerSourceTable } from '../../database/schema.ts'
import type { TriggerOwner } from './hooks.ts'

export type Source = Selectable<TriggerSourceTable>

export function insertSource(db: Db, source: Insertable<TriggerSourceTable>): Promise<Source> {
  return db.insertInto('trigger_source').values(source).returningAll().executeTakeFirstOrThrow()
}

/** The registration of a flow's trigger, if it has one. */
export function selectSource(db: Db, flowId: string, simulate: boolean): Promise<Source | undefined> {
  return db
    .selectFrom('trigger_source')
    .selectAll()
    .where('flowId', '=', flowId)
    .where('simulate', '=', simulate)
    .where('deleted', 'is', null)
    .executeTakeFirst()
}

export type RegisteredSource = Source & { platformId: string }

/** A registration that is in force, with the platform of its project. For the ticks of every project. */
export function selectSourceById(db: Db, id: string): Promise<RegisteredSource | undefined> {
  return db
    .selectFrom('trigger_source as s')
    .innerJoin('project as p', 'p.id', 's.projectId')
    .selectAll('s')
    .select('p.platformId as platformId')
    .where('s.id', '=', id)
    .where('s.deleted', 'is', null)
    .executeTakeFirst()
}

/** @param schedule what the trigger asked for; without, it keeps the default rhythm, whose name is given. */
export function setSchedule(db: Db, id: string, schedule: Schedule | null, defaultRhythm: Schedule): Promise<unknown> {
  const shown = schedule ?? { ...defaultRhythm, isDefault: true }
  return db
    .updateTable('trigger_source')
    .set({ schedule: JSON.stringify({ type: 'CRON_EXPRESSION', ...shown }) })
    .where('id', '=', id)
    .execute()
}

/** The schedule that the trigger asked for; null for the default rhythm. */
export const ownSchedule = ({ schedule }: Pick<Source, 'schedule'>): Schedule | null =>
  schedule === null || schedule.isDefault ? null : schedule

/** Notes that a registration is complete, or that its end begins. */
export function setSettled(db: Db, id: string, settled: boolean): Promise<unknown> {
  return db
    .updateTable('trigger_source')
    .set({ settled, updated: sql`now()` })
    .where('id', '=', id)
    .where('deleted', 'is', null)
    .execute()
}

/** @returns whether it is this app that puts the registration right: one of several that find it. */
export async function claimSource(db: Db, id: string, settledBefore: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('trigger_source')
    .set({ updated: sql`now()` })
    .where('id', '=', id)
    .where('deleted', 'is', null)
    .where('updated', '<', settledBefore.toISOString())
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Registrations of tests that listen since before a time, or that a crash left in the middle. */
export function selectAbandonedTests(
  db: Db,
  { listeningSince, settledBefore }: { listeningSince: Date; settledBefore: Date },
): Promise<Source[]> {
  return db
    .selectFrom('trigger_source')
    .selectAll()
    .where('deleted', 'is', null)
    .where('simulate', '=', true)
    .where(({ or, and, eb }) =>
      or([
        eb('created', '<', listeningSince.toISOString()),
        and([eb('settled', '=', false), eb('updated', '<', settledBefore.toISOString())]),
      ]),
    )
    .execute()
}

export function markSourceDeleted(db: Db, id: string): Promise<unknown> {
  return db.updateTable('trigger_source').set({ deleted: new Date() }).where('id', '=', id).execute()
}

/** @returns how many looks in a row have failed by now. */
export async function addFailure(db: Db, id: string): Promise<number> {
  const row = await db
    .updateTable('trigger_source')
    .set({ failures: sql`failures + 1` })
    .where('id', '=', id)
    .returning('failures')
    .executeTakeFirst()
  return row?.failures ?? 0
}

export function clearFailures(db: Db, id: string): Promise<unknown> {
  return db.updateTable('trigger_source').set({ failures: 0 }).where('id', '=', id).execute()
}

export async function insertRoutings(
  db: Db,
  { projectId, flowId }: TriggerOwner,
  appName: string,
  listeners: readonly { events: string[]; identifierValue: string }[],
): Promise<void> {
  const rows = listeners.flatMap(({ events, identifierValue }) =>
    events.map((event) => ({ id: newId(), appName, projectId, flowId, identifierValue, event })),
  )
  if (rows.length === 0) return
  await db
    .insertInto('app_event_routing')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Unless a registration of the flow is still in force. */
export function deleteRoutings(db: Db, flowId: string): Promise<unknown> {
  return db
    .deleteFrom('app_event_routing')
    .where('flowId', '=', flowId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('trigger_source')
            .select('trigger_source.id')
            .whereRef('trigger_source.flowId', '=', 'app_event_routing.flowId')
            .where('trigger_source.deleted', 'is', null),
        ),
      ),
    )
    .execute()
}

/** The flows that listen to an event of an app, on one platform. */
export async function selectListeners(
  db: Db,
  app: { appName: string; platformId: string; event: string; identifierValue: string },
): Promise<string[]> {
  const rows = await db
    .selectFrom('app_event_routing as r')
    .innerJoin('project as p', 'p.id', 'r.projectId')
    .select('r.flowId')
    .distinct()
    .where('r.appName', '=', app.appName)
    .where('r.identifierValue', '=', app.identifierValue)
    .where('r.event', '=', app.event)
    .where('p.platformId', '=', app.platformId)
    .where('p.deleted', 'is', null)
    .execute()
  return rows.map((row) => row.flowId)
}

/**
 * The platforms with flows that listen to an app; without any, those that have installed its piece themselves, else
 * one of those that share it: apps want an answer before the first flow listens.
 */
export async function selectPlatformsOfApp(db: Db, appName: string): Promise<string[]> {
  const listening = await db
    .selectFrom('app_event_routing as r')
    .innerJoin('project as p', 'p.id', 'r.projectId')
    .select('p.platformId')
    .distinct()
    .where('r.appName', '=', appName)
    .execute()
  if (listening.length > 0) return listening.map((row) => row.platformId)
  const installed = await db
    .selectFrom('piece_metadata')
    .select('platformId')
    .distinct()
    .where('name', '=', appName)
    .execute()
  const own = installed.flatMap((row) => row.platformId ?? [])
  if (own.length > 0) return own
  const any = await db.selectFrom('platform').select('id').orderBy('id').limit(1).execute()
  return any.map((row) => row.id)
}
