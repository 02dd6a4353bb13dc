import type { JournalEntry } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { roundsOf } from '@piecework/model/run/loop-output'
import { RunLog, type StepOutput, type Steps } from '@piecework/model/run/step-output'
import type { Apart } from '../../../http/json-apart.ts'

/** The files that logs refer to. */
export interface LogFiles {
  /** The content of files of a project, uncompressed; those that are gone are left out. */
  readMany(projectId: string, ids: readonly string[]): Promise<Map<string, Uint8Array>>
}

interface Logged {
  projectId: string
  logsFileId: string | null
}

/** The logs of runs, with large outputs brought back from where they were put. */
export interface RunLogs {
  /** The JSON text of a RunLog as stored, null when there is none any more. */
  readText(run: Logged): Promise<string | null>
  /**
   * The steps with every output in place, null when there is no log.
   * @param apart takes large outputs, as the text that they are; a word stands in the place of each.
   */
  readSteps(run: Logged, apart?: Apart): Promise<Steps | null>
  /**
   * Journal entries with every output in place; what was stored elsewhere still says where.
   * @param options.complete @throws AppError EXECUTION_STATE_MISSING when an output is gone: a run must not go on without.
   */
  rehydrate(projectId: string, entries: JournalEntry[], options?: { complete: boolean }): Promise<JournalEntry[]>
}

/** Smaller outputs are made into values: that takes no time to speak of. */
const LARGE_BYTES = 64 * 1024

/** Puts a word in the place of an output that nobody can foresee. */
function putWord(output: StepOutput): string {
  const word = newId()
  output.output = word
  return word
}

export function createRunLogs(files: LogFiles): RunLogs {
  const decoder = new TextDecoder()

  const readText = async ({ projectId, logsFileId }: Logged): Promise<string | null> => {
    if (logsFileId === null) return null
    const content = (await files.readMany(projectId, [logsFileId])).get(logsFileId)
    return content ? decoder.decode(content) : null
  }

  /** Puts outputs in place; one whose file is gone stays without. @returns those that were elsewhere. */
  const fill = async (projectId: string, steps: Steps, apart: Apart | undefined): Promise<StepOutput[]> => {
    const sliced = [...slicedOutputs(steps)]
    const contents = await files.readMany(
      projectId,
      sliced.map(({ slice }) => slice.fileId),
    )
    for (const { output, slice } of sliced) {
      const content = contents.get(slice.fileId)
      if (!content) continue
      if (apart && content.byteLength > LARGE_BYTES) apart.set(putWord(output), content)
      else output.output = JSON.parse(decoder.decode(content))
    }
    return sliced.map(({ output }) => output)
  }

  return {
    readText,
    async readSteps(run, apart) {
      const text = await readText(run)
      if (text === null) return null
      const { steps } = RunLog.parse(JSON.parse(text)).executionState
      for (const output of await fill(run.projectId, steps, apart)) delete output.outputSlice
      return steps
    },
    async rehydrate(projectId, entries, { complete } = { complete: false }) {
      const sliced = entries.filter((entry) => entry.output.includes('"outputSlice"'))
      if (sliced.length === 0) return entries
      const slices = new Map<JournalEntry, string>()
      for (const entry of sliced) {
        const { outputSlice }: StepOutput = JSON.parse(entry.output)
        if (outputSlice) slices.set(entry, outputSlice.fileId)
      }
      const contents = await files.readMany(projectId, [...slices.values()])
      const lost = [...slices.values()].find((fileId) => !contents.has(fileId))
      if (complete && lost !== undefined)
        throw new AppError('EXECUTION_STATE_MISSING', {
          fileId: lost,
          message: 'A separately stored output of the run was removed, so the run cannot be resumed.',
        })
      return entries.map((entry) => {
        const content = contents.get(slices.get(entry) ?? '')
        // It may be large: it is put in as the text that it is.
        return content
          ? { ...entry, output: `${entry.output.slice(0, -1)},"output":${decoder.decode(content)}}` }
          : entry
      })
    },
  }
}

/** Every output that was put elsewhere, also in the iterations of loops. */
function* slicedOutputs(
  steps: Steps,
): Generator<{ output: StepOutput; slice: NonNullable<StepOutput['outputSlice']> }> {
  for (const output of Object.values(steps)) {
    if (output.outputSlice) yield { output, slice: output.outputSlice }
    for (const round of roundsOf(output)) yield* slicedOutputs(round)
  }
}
