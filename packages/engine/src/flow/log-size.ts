import { logLimitBytes } from '@piecework/model/run/log-limit'
import type { EngineLimits } from '../protocol.ts'
import type { StepRecord } from '../state/record.ts'

const TRUNCATED = '"(truncated)"'
/** The largest part of the limit that the event of a run counts for: a body of an allowed size must be able to run. */
const EVENT_SHARE = 0.5
/** A text in JSON may be six times as long as the original; an event of so many times the limit counts in full. */
const LARGEST_EVENT = 3

/**
 * The size of a run's log: logged inputs, and outputs at their whole size, sliced out or not. Adding a step costs the
 * same for every step. The event has its own limit when it arrives, and holds the content twice (`body` and `rawBody`):
 * it counts in part.
 */
export interface LogSize {
  /** Counts a step; false when the run is too large and no input is left to truncate. */
  add(record: StepRecord): boolean
  readonly limitMb: number
}

/** @param triggerName the step whose output is the event */
export function createLogSize(limits: EngineLimits, triggerName: string): LogSize {
  const limit = logLimitBytes(limits.maxLogSizeMb)
  const records: StepRecord[] = []
  let total = 0
  const countedBytes = ({ name, outputBytes }: StepRecord): number =>
    name === triggerName && outputBytes <= limit * LARGEST_EVENT
      ? Math.min(outputBytes, limit * EVENT_SHARE)
      : outputBytes
  return {
    limitMb: limits.maxLogSizeMb,
    add(record) {
      record.inputBytes = Buffer.byteLength(record.inputText)
      record.outputBytes = Buffer.byteLength(record.outputText ?? '')
      records.push(record)
      total += record.inputBytes + countedBytes(record)
      if (total <= limit) return true
      total -= truncateInputs(records, total - limit * 0.9)
      return total <= limit
    },
  }
}

/** Replaces the largest inputs until enough is saved (more than needed, so that the next step need not sort again). */
function truncateInputs(records: StepRecord[], wanted: number): number {
  let saved = 0
  for (const record of records.toSorted((a, b) => b.inputBytes - a.inputBytes)) {
    if (saved >= wanted || record.inputBytes <= TRUNCATED.length) break
    saved += record.inputBytes - TRUNCATED.length
    record.inputText = TRUNCATED
    record.inputBytes = TRUNCATED.length
  }
  return saved
}

/**
 * The JSON text of an input for the log: values above the threshold become a placeholder.
 * @param text JSON text of `input`
 */
export function truncateInput(input: unknown, text: string, thresholdBytes: number): string {
  if (text.length * 3 <= thresholdBytes || Buffer.byteLength(text) <= thresholdBytes) return text
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return placeholder(text)
  const shown: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(input)) {
    const valueText = JSON.stringify(value) ?? 'null'
    const size = Buffer.byteLength(valueText)
    shown[key] = size > thresholdBytes ? `(truncated, original size ${size})` : value
  }
  return JSON.stringify(shown)
}

const placeholder = (text: string): string => JSON.stringify(`(truncated, original size ${Buffer.byteLength(text)})`)
