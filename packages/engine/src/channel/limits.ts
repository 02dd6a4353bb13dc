import { MAX_VALUE_DEPTH } from '@piecework/model/json-depth'
import type { EngineLimits } from '../protocol.ts'

const MB = 1024 * 1024
const OVERHEAD_MB = 16

/** The largest message of an engine: a run ends with its last entries, its log, and an answer. */
export const maxMessageBytes = ({ maxLogSizeMb, maxFileSizeMb }: EngineLimits): number =>
  (4 * Math.max(maxLogSizeMb, maxFileSizeMb) + OVERHEAD_MB) * MB

/** How deep a message and the JSON texts in it may nest: values of the greatest depth, and their wrapping in a log. */
export const MAX_MESSAGE_DEPTH = MAX_VALUE_DEPTH + 500
