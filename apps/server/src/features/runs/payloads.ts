import { AppError } from '@piecework/model/errors'
import type { Files } from '../files/service.ts'
import type { NewRun } from './new-run.ts'
import type { StoredRun } from './store.ts'

/** What runs begin with: in their row while it is small, else in a file. */
export interface RunPayloads {
  /** Resolves when a payload that is too large for the row is on disk. @returns the run as it is to be recorded. */
  store(run: NewRun): Promise<NewRun>
  /** @returns JSON text; `{}` once the log has it. @throws AppError EXECUTION_STATE_MISSING when its file is gone. */
  read(run: Pick<StoredRun, 'projectId' | 'payload' | 'payloadFileId'>): Promise<string>
  /** Takes the file away: the run has ended or paused, and its log has what it began with. */
  remove(projectId: string, payloadFileId: string | null): Promise<void>
}

const KB = 1024

export function createRunPayloads(files: Files, inlineKb: number): RunPayloads {
  return {
    async store(run) {
      // It is stored already when the event that the run is made of was.
      if (run.payloadFileId !== null || Buffer.byteLength(run.payload) <= inlineKb * KB) return run
      const data = Buffer.from(run.payload)
      return {
        ...run,
        payloadFileId: await files.save({ owner: { projectId: run.projectId }, type: 'WEBHOOK_PAYLOAD', data }),
      }
    },
    async read({ projectId, payload, payloadFileId }) {
      if (payloadFileId === null) return payload ?? '{}'
      const file = await files.read({ projectId }, payloadFileId)
      if (!file)
        throw new AppError('EXECUTION_STATE_MISSING', { payloadFileId, message: 'The payload of the run is gone.' })
      return new TextDecoder().decode(file.data)
    },
    async remove(projectId, payloadFileId) {
      if (payloadFileId !== null) await files.remove({ projectId }, [payloadFileId])
    },
  }
}
