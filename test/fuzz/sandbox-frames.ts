import { encodeFrame } from '@piecework/engine/channel/frames'
import { takeTexts, visitFromEngine } from '@piecework/engine/channel/long-texts'
import type { FromEngine } from '@piecework/engine/protocol'
import type { Random } from './random.ts'

/** The bytes that user code in a sandbox may write to its worker: valid messages, and messages made from them. */

const step = (output: unknown) => JSON.stringify({ type: 'CODE', status: 'SUCCEEDED', input: {}, output })

/** @param id of the operation that runs */
function message(random: Random, id: number): FromEngine {
  const entry = {
    sequence: 1 + random.below(5),
    stepName: random.pick(['trigger', 'step_1', 'step_2']),
    path: random.pick<[string, number][]>([[], [['step_3', random.below(4)]]]),
    output: step(random.pick<unknown>([1, 'ü', null, { a: [1] }])),
    ...(random.below(4) === 0 ? { slice: { fileId: 'f'.repeat(21), data: random.pick(['"x"', null]) } } : {}),
  }
  const response = { status: 200, headers: { a: 'b' }, body: '{"a":1}' }
  return random.pick<FromEngine>([
    { kind: 'ready' },
    { kind: 'owned' },
    { kind: 'unclean' },
    { kind: 'journal', operationId: id, entries: [entry], flush: random.below(2) === 0 },
    { kind: 'respond', operationId: id, response },
    { kind: 'progress', operationId: id, stepName: 'step_1', path: [], output: '"so far"' },
    {
      kind: 'result',
      operationId: id,
      entries: random.below(2) === 0 ? [entry] : [],
      stepsEnded: random.below(3),
      response: random.pick([response, null]),
      result: {
        type: 'EXECUTE_FLOW',
        status: random.pick(['SUCCEEDED', 'FAILED', 'PAUSED']),
        failedStep: null,
        tags: [],
        stepsCount: 2,
        log: '{"executionState":{"steps":{},"tags":[]}}',
      },
    },
    {
      kind: 'result',
      operationId: id,
      entries: [],
      stepsEnded: 0,
      response: null,
      result: { type: 'FAILED', error: 'no' },
    },
  ])
}

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const ODD: readonly [string, ...string[]] = [
  'null',
  '-1',
  '1e308',
  '9007199254740993',
  '2147483648',
  '0.5',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '[]',
  '{}',
  '{"__proto__":{"polluted":true}}',
  'true',
  '"constructor"',
  deep(3000),
  deep(100_000),
  'NaN',
  '',
]

/** JSON text with one of its values, names or signs changed. */
function changed(random: Random, json: string): string {
  const marks = [...json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+|true|false|null|[{}[\],:]/g)]
  const mark = marks[random.below(marks.length)]
  if (!mark) return random.pick(ODD)
  const end = mark.index + mark[0].length
  return json.slice(0, mark.index) + random.pick(ODD) + json.slice(end)
}

function bytesOf(random: Random, sent: FromEngine): Uint8Array {
  const { head, texts } = takeTexts(sent, visitFromEngine)
  const json = JSON.stringify(head)
  const max = Number.MAX_SAFE_INTEGER
  switch (random.below(7)) {
    case 0:
      return encodeFrame({ head: changed(random, json), texts }, max)
    case 1:
      return encodeFrame({ head: json, texts: texts.map((text) => changed(random, text)) }, max)
    case 2:
      return encodeFrame({ head: json, texts: random.below(2) === 0 ? texts.slice(1) : [...texts, 'one more'] }, max)
    default:
      return encodeFrame({ head: json, texts }, max)
  }
}

/** The bytes of one message; one in a few is wrong in some way. */
export function frame(random: Random, operationId: number): Buffer {
  const id = random.below(12) === 0 ? operationId + random.pick([-1, 1, 2 ** 31]) : operationId
  const bytes = Buffer.from(bytesOf(random, message(random, id)))
  const kind = random.below(16)
  if (kind === 0) bytes[random.below(Math.min(bytes.length, 12))] = random.below(256)
  if (kind === 1) bytes[random.below(bytes.length)] = random.below(256)
  if (kind === 2) return bytes.subarray(0, random.below(bytes.length))
  if (kind === 3) return Buffer.concat([bytes, random.bytes(random.below(9))])
  return kind === 4 ? Buffer.concat([bytes, bytes]) : bytes
}
