import { parseJson } from '@piecework/model/parse-json'
import { roundsOf } from '@piecework/model/run/loop-output'
import type { StepOutput, Steps } from '@piecework/model/run/step-output'

/** A failure in words. */
interface FailureWords {
  /** One line. */
  title: string
  /** All of the message, without the trace of the code below it. */
  message: string
  /** All that is known, where that says more than the title. */
  raw: string | undefined
}

const LONGEST_TITLE = 300

/** @param error what a step says of its failure: text, JSON, or what the library that failed made of it */
export function failureWords(error: unknown): FailureWords {
  const known = typeof error === 'string' && error.trimStart().startsWith('{') ? (parseJson(error) ?? error) : error
  const raw = (typeof known === 'string' ? known : (JSON.stringify(known, null, 2) ?? '')).trim()
  const text = isRecord(known) ? (messageIn(known) ?? raw) : raw
  const message =
    text
      .trim()
      .split(/\n\s*at /)[0]
      ?.trim() ?? ''
  const [line = ''] = message.split('\n', 1)
  const title = line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE)}…` : line
  return { title, message, raw: raw === title ? undefined : raw }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The words inside an error that is an object: of a piece, or with the answer of a service. */
function messageIn({ message, error, detail, response }: Record<string, unknown>): string | undefined {
  const status = isRecord(response) && typeof response.status === 'number' ? `${response.status}: ` : ''
  const body = isRecord(response) ? response.body : undefined
  const inner = [message, isRecord(body) ? body.message : body, isRecord(error) ? messageIn(error) : error, detail]
  const words = inner.find((part): part is string => typeof part === 'string' && part.trim() !== '')
  return words === undefined ? undefined : status + words
}

/** The rounds of a loop, and the one that shows. */
export interface Rounds {
  count: number
  /** Zero-based. */
  shown: number
  /** The rounds in which something failed. */
  failed: readonly number[]
  /** The results of the steps inside, in the round that shows. */
  steps: Steps
}

const hasFailure = (round: Steps): boolean =>
  Object.values(round).some((output) => output.status === 'FAILED' || roundsOf(output).some(hasFailure))

/** @param wanted the round to show; by default the first that failed, else the last */
export function roundsIn(output: StepOutput | undefined, wanted: number | undefined): Rounds {
  const rounds = output ? roundsOf(output) : []
  const failed = rounds.flatMap((round, index) => (hasFailure(round) ? [index] : []))
  const last = Math.max(0, rounds.length - 1)
  const shown = Math.min(wanted ?? failed[0] ?? last, last)
  return { count: rounds.length, shown, failed, steps: rounds[shown] ?? {} }
}

/** Whether a router went into a branch; undefined when its output does not say. */
export function tookBranch(output: unknown, index: number): boolean | undefined {
  const branches = isRecord(output) ? output.branches : undefined
  const branch: unknown = Array.isArray(branches) ? branches[index] : undefined
  const taken = isRecord(branch) ? branch.evaluation : undefined
  return typeof taken === 'boolean' ? taken : undefined
}
