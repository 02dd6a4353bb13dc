import type { JournalEntry } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import { isOfLoop } from '@piecework/model/run/loop-output'
import { StepOutput } from '@piecework/model/run/step-output'
import type { ClaimedJob } from '../../../queue/job.ts'
import type { VersionSource } from '../../flows/version-source.ts'
import type { RunPayloads } from '../payloads.ts'
import { hasEvent, journalOfLog } from '../recording/journal.ts'
import type { RunLogs } from '../showing/logs.ts'
import type { StoredRun } from '../store.ts'
import type { WaitpointStore } from '../waitpoints/store.ts'
import type { Attempt } from './attempt.ts'

/** Reads stored runs, so that they can be executed. */
export interface AttemptLoader {
  /**
   * The next attempt at a run.
   * @param journalled the steps since the log, without a pause
   * @throws AppError EXECUTION_STATE_MISSING
   */
  load(run: StoredRun, job: ClaimedJob, journalled: JournalEntry[]): Promise<Attempt>
  /** The entries in the log of an earlier stretch of the run: the engine knows which of them count. */
  loggedEntries(run: StoredRun): Promise<JournalEntry[]>
}

interface Parts {
  logs: RunLogs
  versions: VersionSource
  waitpoints: Pick<WaitpointStore, 'endPause'>
  payloads: Pick<RunPayloads, 'read' | 'readResume'>
  sampleData(run: StoredRun): Promise<Record<string, string>>
}

export function createAttemptLoader(parts: Parts): AttemptLoader {
  const load = async (run: StoredRun, job: ClaimedJob, journalled: JournalEntry[]): Promise<Attempt> => {
    const version = await parts.versions.get(run.flowVersionId)
    const logged = await loggedEntries(run)
    // Once there is more than the log, the pause has been left, and its step may be about to pause again.
    const paused = journalled.length === 0 ? logged.filter(isPause).map(({ stepName }) => stepName) : []
    const delayed = paused.length > 0 ? await parts.waitpoints.endPause(run.id, paused) : null
    const { resumePayload, resumeFileId } = delayed
      ? { resumePayload: JSON.stringify(delayed), resumeFileId: null }
      : await resumedWith(run)
    const journal = [...logged, ...journalled].map((entry, index) => ({ ...entry, sequence: index + 1 }))
    return {
      runId: run.id,
      attempt: run.attempt,
      deaths: job.attempt - 1,
      projectId: run.projectId,
      platformId: run.platformId,
      flowId: run.flowId,
      version,
      facts: run,
      startTime: run.startTime,
      executionType: logged.length > 0 ? 'RESUME' : 'BEGIN',
      executeTrigger: run.executeTrigger,
      // Once the log has it, its file may be gone.
      payload: hasEvent(logged, version.version.trigger.name) ? '{}' : await parts.payloads.read(run),
      payloadFileId: run.payloadFileId,
      resumePayload,
      resumeFileId,
      written: journal,
      journal: await parts.logs.rehydrate(run.projectId, journal, { complete: true }),
      tags: run.tags,
      test:
        run.stepNameToTest === null ? null : { stepName: run.stepNameToTest, sampleData: await parts.sampleData(run) },
      caller: { replyTo: run.replyTo, replyUntil: run.replyUntil },
    }
  }

  const resumedWith = async ({
    projectId,
    resumePayload: stored,
  }: StoredRun): Promise<Pick<Attempt, 'resumePayload' | 'resumeFileId'>> => {
    if (stored === null) return { resumePayload: null, resumeFileId: null }
    if ('unreadable' in stored)
      throw new AppError('EXECUTION_STATE_MISSING', {
        message: 'The data that the run was resumed with cannot be read, so the run cannot continue.',
      })
    const { body, headers, queryParams, fileId = null } = stored
    const resumePayload =
      fileId === null
        ? JSON.stringify({ body, headers, queryParams })
        : await parts.payloads.readResume(projectId, fileId)
    return { resumePayload, resumeFileId: fileId }
  }

  const loggedEntries = async (run: StoredRun): Promise<JournalEntry[]> => {
    if (run.logsFileId === null) return []
    const log = await parts.logs.readText(run)
    if (log === null)
      throw new AppError('EXECUTION_STATE_MISSING', {
        logsFileId: run.logsFileId,
        message: 'The log of the run is gone, so it cannot be resumed.',
      })
    return journalOfLog(log)
  }

  return { load, loggedEntries }
}

/** Whether the entry is of the step that waits; the loops around it are paused with it. */
export function isPause(entry: JournalEntry): boolean {
  const output = StepOutput.parse(JSON.parse(entry.output))
  return output.status === 'PAUSED' && !isOfLoop(output)
}
