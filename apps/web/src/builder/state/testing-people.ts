import type { FlowVersion } from '@piecework/model/flow/flow'
import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import { code, NOW } from '@piecework/model/flow/testing'
import { findStep } from '@piecework/model/flow/walk'
import { expect } from 'vitest'
import { createBuilder } from './builder.ts'
import type { QueueMemory } from './memory.ts'
import { createServer, type Server, transportTo } from './testing.ts'

/** People who edit the flow of a server in memory, and what they do. */

export const now = () => NOW

export function open(server = createServer(), user = 'ada', options = {}) {
  return createBuilder(server.current(), { transport: transportTo(server, user, options), userId: user, now })
}

export const addition = (name: string, parentStep = 'trigger'): VersionOperation => ({
  type: 'ADD_ACTION',
  request: { parentStep, action: { ...code(name), valid: true } },
})
export const rename = (displayName: string): VersionOperation => ({ type: 'CHANGE_NAME', request: { displayName } })
export const edit = (name: string, displayName: string): VersionOperation => ({
  type: 'UPDATE_ACTION',
  request: { ...code(name), displayName },
})

/** A memory of a tab, as its storage has it. */
export function memory(): QueueMemory {
  let text = '[]'
  return {
    keep: (waiting) => {
      text = JSON.stringify(waiting)
    },
    kept: () => JSON.parse(text),
  }
}

/** Somebody whose requests do not arrive until `mend` is called. */
export function cutOff(
  server: Server,
  { when = 'before', ...more }: { when?: 'before' | 'after'; memory?: QueueMemory } = {},
) {
  let isCut = true
  let retry = () => {}
  const transport = {
    ...transportTo(server, 'ada', { fails: (moment) => isCut && moment === when }),
    wait: () => new Promise<void>((done) => (retry = done)),
  }
  const builder = createBuilder(server.current(), { transport, userId: 'ada', now, ...more })
  return {
    builder,
    waits: () => expect.poll(() => builder.getState().save.kind).toBe('waiting'),
    async mend() {
      isCut = false
      retry()
      await builder.catchUp()
      await builder.settled()
    },
  }
}

export const codeOf = (version: FlowVersion, name: string) => {
  const step = findStep(version.trigger, name)
  return step?.type === 'CODE' ? step : undefined
}
export const withInput = (name: string, input: Record<string, unknown>, displayName = name): VersionOperation => ({
  type: 'UPDATE_ACTION',
  request: { ...code(name, input), displayName },
})
