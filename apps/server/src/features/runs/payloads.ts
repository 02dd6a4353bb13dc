import { AppError } from '@piecework/model/errors'
import type { Files } from '../files/service.ts'
import type { NewRun } from './new-run.ts'
import type { StoredRun } from './store.ts'

/** The payloads that begin and resume runs: small ones are in the row of the run, large ones in a file. */
export interface RunPayloads {
  /** Resolves when a payload that is too large for the row is on disk. @returns the run as it is to be recorded. */
  store(run: NewRun): Promise<NewRun>
  /** @returns JSON text; `{}` once the log has it. @throws AppError EXECUTION_STATE_MISSING when its file is gone. */
  read(run: Pick<StoredRun, 'projectId' | 'payload' | 'payloadFileId'>): Promise<string>
  /** Puts JSON text that a run is resumed with into a file. @returns its id; null when the text is small. */
  storeResume(projectId: string, text: string): Promise<string | null>
  /** @throws AppError EXECUTION_STATE_MISSING when the file is gone. */
  readResume(projectId: string, fileId: string): Promise<string>
  /** Takes the file away: the run has ended or paused, and its log has what it began with. */
  remove(projectId: string, payloadFileId: string | null): Promise<void>
}

const KB = 1024

export function createRunPayloads(files: Files, inlineKb: number): RunPayloads {
  const isSmall = (text: string): boolean => Buffer.byteLength(text) <= inlineKb * KB
  const save = (projectId: string, text: string): Promise<string> =>
    files.save({ owner: { projectId }, type: 'WEBHOOK_PAYLOAD', data: Buffer.from(text) })
  const read = async (projectId: string, payloadFileId: string): Promise<string> => {
    const file = await files.read({ projectId }, payloadFileId)
    if (!file)
      throw new AppError('EXECUTION_STATE_MISSING', { payloadFileId, message: 'The payload of the run is gone.' })
    return new TextDecoder().decode(file.data)
  }

  return {
    async store(run) {
      // It is stored already when the event that the run is made of was.
      if (run.payloadFileId !== null || isSmall(run.payload)) return run
      return { ...run, payloadFileId: await save(run.projectId, run.payload) }
    },
    async read({ projectId, payload, payloadFileId }) {
      return payloadFileId === null ? (payload ?? '{}') : read(projectId, payloadFileId)
    },
    storeResume: async (projectId, text) => (isSmall(text) ? null : save(projectId, text)),
    readResume: read,
    async remove(projectId, payloadFileId) {
      if (payloadFileId !== null) await files.remove({ projectId }, [payloadFileId])
    },
  }
}
