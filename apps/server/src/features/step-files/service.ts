import { AppError } from '@piecework/model/errors'
import { z } from 'zod'
import type { ProjectActor } from '../../access/actor.ts'
import type { Tokens } from '../../access/tokens.ts'
import { API_PREFIX } from '../../http/route.ts'
import { enginePolicy } from '../../policies/engine.ts'
import { flowPolicy } from '../../policies/flow.ts'
import { authorize } from '../../policies/policy.ts'
import type { FileInfo, Files, FileType, StoredFile } from '../files/service.ts'
import type { LinkHeaders } from '../files/storage.ts'

export interface NewStepFile {
  flowId: string
  /** Absent for files that came with a webhook call. */
  stepName?: string
  fileName: string
  data: Uint8Array
  mimeType?: string | undefined
}

/** Files that steps hand to each other and to the world, behind links that nobody can guess. */
export interface StepFiles {
  /** @returns the link under which anybody can read the file. @throws AppError PAYLOAD_TOO_LARGE */
  save(actor: ProjectActor, file: NewStepFile): Promise<string>
  /** The same for a file that an author chose for a field: it stays as long as the project. */
  keep(actor: ProjectActor, file: Omit<NewStepFile, 'stepName'>): Promise<string>
  /** @throws AppError INVALID_BEARER_TOKEN for a link that was not made here, ENTITY_NOT_FOUND when the file is gone. */
  open(token: string): Promise<StoredFile>
  /**
   * @returns the address at which the storage itself gives the file away; undefined when `open` has to read it.
   * @throws AppError INVALID_BEARER_TOKEN
   */
  redirect(token: string, headers: (file: FileInfo) => LinkHeaders): Promise<string | undefined>
}

const AUDIENCE = 'STEP_FILE'
const MB = 1024 * 1024
const Claims = z.object({ fileId: z.string(), projectId: z.string() })

interface Parts {
  files: Files
  tokens: Tokens
  /** Without a slash at its end. */
  publicUrl: string
  maxFileSizeMb: number
}

export function createStepFiles({ files, tokens, publicUrl, maxFileSizeMb }: Parts): StepFiles {
  const store = async ({ projectId }: ProjectActor, type: FileType, file: NewStepFile): Promise<string> => {
    const { flowId, stepName, fileName, data, mimeType } = file
    if (data.byteLength > maxFileSizeMb * MB) {
      throw new AppError('PAYLOAD_TOO_LARGE', {
        message: `file: must not be larger than ${maxFileSizeMb} MB (AP_MAX_FILE_SIZE_MB)`,
      })
    }
    const fileId = await files.save({
      owner: { projectId },
      type,
      data,
      fileName,
      metadata: { flowId, ...(stepName ? { stepName } : {}), ...(mimeType ? { mimetype: mimeType } : {}) },
    })
    const token = await tokens.signFor(AUDIENCE, { fileId, projectId })
    return `${publicUrl}${API_PREFIX}/v1/step-files/signed?token=${token}`
  }

  return {
    save(actor, file) {
      authorize(actor, enginePolicy.saveStepFile)
      return store(actor, 'FLOW_STEP_FILE', file)
    },

    async keep(actor, file) {
      authorize(actor, flowPolicy.edit)
      const url = await store(actor, 'FLOW_FILE', file)
      return `${url}&name=${encodeURIComponent(file.fileName)}`
    },

    async open(token) {
      const { fileId, projectId } = await tokens.verifyFor(AUDIENCE, token, Claims)
      const file = await files.read({ projectId }, fileId)
      if (!file)
        throw new AppError('ENTITY_NOT_FOUND', {
          entityType: 'file',
          entityId: fileId,
          message: 'the file was removed: files are kept as long as the runs that made them',
        })
      return file
    },

    async redirect(token, headers) {
      const { fileId, projectId } = await tokens.verifyFor(AUDIENCE, token, Claims)
      return files.link({ projectId }, fileId, headers)
    },
  }
}
