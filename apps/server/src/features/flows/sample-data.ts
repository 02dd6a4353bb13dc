import type { FlowVersion } from '@piecework/model/flow/flow'
import { sampleDataOf } from '@piecework/model/flow/sample-data'
import { findStep, walk } from '@piecework/model/flow/walk'
import { readJson, unreadable } from '../../database/json-column.ts'
import type { Files, StoredFile } from '../files/service.ts'

export type SampleKind = 'INPUT' | 'OUTPUT'

export interface SampleRef {
  projectId: string
  version: FlowVersion
  stepName: string
  type: SampleKind
}

/** The latest inputs and outputs of steps, kept in files that the steps of a version point at. */
export interface SampleData {
  /** Undefined when there is none. */
  read(ref: SampleRef): Promise<unknown>
  /** The latest output of each step of a version, by step name, as JSON text; steps that never ran are left out. */
  outputs(projectId: string, version: FlowVersion): Promise<Record<string, string>>
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
      if (id === undefined) return undefined
      try {
        const file = await files.read({ projectId: ref.projectId }, id)
        return file && readJson(jsonOf(file))
      } catch {
        return unreadable('The file of the sample data cannot be read.')
      }
    },

    async outputs(projectId, version) {
      const fileIds = new Map<string, string>()
      for (const step of walk(version.trigger)) {
        const id = sampleDataOf(step)?.sampleDataFileId
        if (id) fileIds.set(step.name, id)
      }
      const stored = await files.readAll({ projectId }, [...fileIds.values()])
      const outputs: Record<string, string> = {}
      for (const [stepName, id] of fileIds) {
        const file = stored.get(id)
        if (file) outputs[stepName] = jsonOf(file)
      }
      return outputs
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

function jsonOf({ data, metadata }: StoredFile): string {
  const text = new TextDecoder().decode(data)
  return metadata?.dataType === 'STRING' ? JSON.stringify(text) : text
}

function fileIdOf({ version, stepName, type }: SampleRef): string | undefined {
  const step = findStep(version.trigger, stepName)
  const sample = step && sampleDataOf(step)
  return type === 'INPUT' ? sample?.sampleDataInputFileId : sample?.sampleDataFileId
}
