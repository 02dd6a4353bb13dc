import { isTerminal } from '@piecework/model/run/run-statuses'
import type { Bus } from '../../../bus/bus.ts'
import { deleteOldMessages } from '../../../bus/kept-store.ts'
import { TOPICS } from '../../../bus/topics.ts'
import type { Db } from '../../../database/open.ts'
import type { OperationRelay } from '../../../dispatch/relay.ts'
import type { RunReplies } from './replies.ts'
import { selectReplies } from './store.ts'

interface Parts {
  db: Db
  bus: Bus
  replies: RunReplies
  relay: Pick<OperationRelay, 'look'>
  log: { warn(details: object, message: string): void }
}

const LOOK_MS = 1000
const RUNS_AT_ONCE = 1000
const FORGET_MS = 60_000

/**
 * Looks into the database for the replies that callers at this app wait for: whatever happens to messages, nobody
 * waits for an answer that is there, and nobody hears that a flow has no answer when it has one. As the replies of a run are
 * stored before its end, a run that is over without one gave none.
 */
export function createMissedReplies({ db, bus, replies, relay, log }: Parts) {
  let timers: NodeJS.Timeout[] = []
  let looking: Promise<void> | undefined

  const lookForRuns = async (ids: readonly string[]): Promise<void> => {
    for (const { id, status, body } of await selectReplies(db, bus.appId, ids)) {
      const reply = body === null ? undefined : TOPICS.RUN_REPLY.shape.reply.safeParse(JSON.parse(body)).data
      if (reply) replies.found(id, reply)
      else if (status !== null && isTerminal(status)) replies.found(id, { kind: 'ENDED', status })
    }
  }

  const lookForAll = async (): Promise<void> => {
    try {
      const ids = replies.watched()
      for (let from = 0; from < ids.length; from += RUNS_AT_ONCE)
        await lookForRuns(ids.slice(from, from + RUNS_AT_ONCE))
      await relay.look()
    } catch (err) {
      log.warn({ err }, 'looking for answers of runs failed; trying again')
    }
  }

  const look = (): void => {
    looking ??= lookForAll().finally(() => {
      looking = undefined
    })
  }
  const forget = () =>
    deleteOldMessages(db).catch((err: unknown) => log.warn({ err }, 'old messages could not be removed'))

  return {
    /** Messages may have been missed. */
    look,
    start(): void {
      timers = [setInterval(look, LOOK_MS), setInterval(() => void forget(), FORGET_MS)]
    },
    async stop(): Promise<void> {
      for (const timer of timers) clearInterval(timer)
      await looking
    },
  }
}
