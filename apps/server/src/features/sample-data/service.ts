import type { FlowVersion } from '@piecework/model/flow/flow'
import { sampleDataOf } from '@piecework/model/flow/sample-data'
import { findStep } from '@piecework/model/flow/walk'
import type { Files } from '../files/service.ts'

export type SampleKind = 'INPUT' | 'OUTPUT'

export interface SampleRef {
  projectId: string
  version: FlowVersion
  stepName: string
  type: SampleKind
}

/** What steps last took in and gave out, kept in files that the steps of a version point at. */
export interface SampleData {
  /** Undefined when there is none. */
  read(ref: SampleRef): Promise<unknown>
  /** @returns the id of the new file, which a step is still to be pointed at. */
  save(
    step: { projectId: string; flowId: string; stepName: string; type: SampleKind },
    payload: unknown,
  ): Promise<string>
  /** Deletes files that nothing points at any more. */
  remove(projectId: string, fileIds: readonly string[]): Promise<void>
}

const FILE_TYPE = { INPUT: 'SAMPLE_DATA_INPUT', OUTPUT: 'SAMPLE_DATA' } as const

export function createSampleData({ files }: { files: Files }): SampleData {
  return {
    async read(ref) {
      const id = fileIdOf(ref)
      const file = id === undefined ? undefined : await files.read({ projectId: ref.projectId }, id)
      if (!file) return undefined
      const text = new TextDecoder().decode(file.data)
      return file.metadata?.dataType === 'STRING' ? text : JSON.parse(text)
    },

    save({ projectId, flowId, stepName, type }, payload) {
      // JSON has no undefined; it is kept as the word, as null is.
      const text =
        typeof payload === 'string' ? payload : payload === undefined || payload === null ? String(payload) : undefined
      return files.save({
        owner: { projectId },
        type: FILE_TYPE[type],
        data: new TextEncoder().encode(text ?? JSON.stringify(payload)),
        fileName: `${stepName}.json`,
        metadata: { flowId, stepName, dataType: text === undefined ? 'JSON' : 'STRING' },
      })
    },

    remove: (projectId, fileIds) => files.remove({ projectId }, fileIds),
  }
}

function fileIdOf({ version, stepName, type }: SampleRef): string | undefined {
  const step = findStep(version.trigger, stepName)
  const sample = step && sampleDataOf(step)
  return type === 'INPUT' ? sample?.sampleDataInputFileId : sample?.sampleDataFileId
}
