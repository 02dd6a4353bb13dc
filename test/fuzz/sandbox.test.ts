import { join } from 'node:path'
import { BadFrameError, createFrameReader } from '@piecework/engine/channel/frames'
import type { EngineConfig, EngineOperation, FromEngine, JournalEntry } from '@piecework/engine/protocol'
import { startSandbox } from '@piecework/worker/sandbox'
import { readMessage } from '@piecework/worker/sandbox-message'
import { expect, test } from 'vitest'
import { seeded } from './random.ts'
import { frame } from './sandbox-frames.ts'

const SEED = Number(process.env.FUZZ_SEED ?? 20_261)
/** A part of what the sockets get: starting processes is most of it. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 16) / 2
const MAX_BYTES = 1_000_000

/** Reads bytes that come in pieces. @returns the messages before the first refused one, and why it is refused. */
function read(pieces: readonly Buffer[]): { messages: FromEngine[]; refused: string | undefined } {
  const messages: FromEngine[] = []
  const reader = createFrameReader(MAX_BYTES, (one) => void messages.push(readMessage(one)))
  try {
    for (const piece of pieces) reader.take(piece)
    return { messages, refused: undefined }
  } catch (error) {
    if (error instanceof BadFrameError || error instanceof SyntaxError) return { messages, refused: error.message }
    throw error
  }
}

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** An accepted message must not make the code fail that stores it. */
function requireStorable(entries: readonly JournalEntry[]): void {
  for (const { sequence, stepName, output, slice } of entries) {
    expect(sequence).toBeGreaterThanOrEqual(0)
    expect(sequence).toBeLessThan(2 ** 31)
    expect([stepName, slice?.fileId ?? ''].every(isStorable)).toBe(true)
    expect(JSON.parse(output)).toMatchObject({ status: expect.any(String) })
  }
}

test('messages are read alike however their bytes come, and what is wrong is refused', {
  timeout: SECONDS * 1000 + 60_000,
}, () => {
  const random = seeded(SEED)
  const until = Date.now() + SECONDS * 1000
  let refused = 0
  let taken = 0
  while (Date.now() < until) {
    const bytes = Buffer.concat(Array.from({ length: 1 + random.below(4) }, () => frame(random, 1)))
    const whole = read([bytes])
    if (whole.refused !== undefined) refused++
    taken += whole.messages.length
    const at = random.below(bytes.length + 1)
    expect(read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole)
    if (bytes.length < 3000) expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole)
    for (const message of whole.messages) if ('entries' in message) requireStorable(message.entries)
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
  expect(refused).toBeGreaterThan(50)
  expect(taken).toBeGreaterThan(50)
})

const ENOUGH_ROUNDS = 100

test('a sandbox may say anything: its run ends, and the worker goes on', {
  timeout: SECONDS * 1000 + 60_000,
}, async () => {
  const until = Date.now() + SECONDS * 1000
  const kinds = new Set<string>()
  // A slow machine has few rounds in its time, and goes on until it has seen both ends.
  for (let round = 0; Date.now() < until || (kinds.size < 2 && round < ENOUGH_ROUNDS); round++) {
    const sandbox = await startSandbox({
      enginePath: join(import.meta.dirname, 'rogue-engine.ts'),
      config: CONFIG,
      memoryLimitKb: 256 * 1024,
      env: { PATH: process.env.PATH ?? '', FUZZ_SEED: String(SEED + round) },
      cwd: import.meta.dirname,
    })
    const journalled: JournalEntry[] = []
    const outcome = await sandbox.execute(
      OPERATION,
      {
        journal: async (entries) => void journalled.push(...entries),
        respond: () => {},
        progress: () => {},
        connection: async () => ({ status: 'NOT_FOUND' }),
      },
      5000,
    )
    kinds.add(outcome.kind)
    requireStorable(journalled)
    expect(['RESULT', 'CRASHED'], `seed ${SEED + round}: ${JSON.stringify(outcome)}`).toContain(outcome.kind)
    await sandbox.close()
  }
  expect([...kinds].sort()).toEqual(['CRASHED', 'RESULT'])
})

const CONFIG: EngineConfig = {
  executionMode: 'UNSANDBOXED',
  networkMode: 'UNRESTRICTED',
  ssrfAllowList: [],
  internalApiUrl: 'http://127.0.0.1:1/api/',
  publicApiUrl: 'http://127.0.0.1:1/api/',
  limits: {
    maxLogSizeMb: 1,
    sliceThresholdKb: 32,
    inputTruncateThresholdKb: 2,
    maxFileSizeMb: 1,
    pausedFlowTimeoutDays: 1,
    isolateMemoryMb: 64,
    apiPatienceSeconds: 1,
  },
}

const OPERATION: EngineOperation = {
  type: 'EXECUTE_FLOW',
  projectId: 'p',
  platformId: 'p',
  engineToken: 'token',
  flowRunId: 'run',
  flowId: 'flow',
  prepared: { key: 'none' },
  executionType: 'BEGIN',
  triggerPayload: '{}',
  executeTrigger: false,
  resumePayload: null,
  journal: [],
  test: null,
  callerWaits: true,
  tellsSteps: true,
  sealKey: '0'.repeat(64),
}
