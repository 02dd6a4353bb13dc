import { type ApiAnswer, type ApiClient, textField } from '../api.ts'
import { ExecutionError } from '../errors.ts'
import type { PieceHost } from './host.ts'

const MAX_KEY_LENGTH = 128
const MAX_VALUE_BYTES = 512 * 1024
const UPLOAD_RETRIES = 3
const UPLOAD_RETRY_MS = 3_000

export interface Store {
  put(key: string, value: unknown, scope?: string): Promise<unknown>
  get(key: string, scope?: string): Promise<unknown>
  delete(key: string, scope?: string): Promise<void>
}

/** The key-value store of a flow or project, over `/v1/store-entries`. */
export function createStore({ api, flowId, storePrefix, storeChanges }: PieceHost): Store {
  const full = (key: unknown, scope: string): string => {
    if (typeof key !== 'string' || key.length === 0 || key.length > MAX_KEY_LENGTH) {
      throw new ExecutionError(
        'StorageInvalidKeyError',
        `A store key has 1 to ${MAX_KEY_LENGTH} characters: ${String(key)}`,
      )
    }
    return scope === 'COLLECTION' ? `${storePrefix}${key}` : `${storePrefix}flow_${flowId}/${key}`
  }
  const path = (key: string): string => `v1/store-entries?key=${encodeURIComponent(key)}`
  return {
    async put(key, value, scope = 'FLOW') {
      const body = { key: full(key, scope), value }
      const text = JSON.stringify(value) ?? 'null'
      if (Buffer.byteLength(text) > MAX_VALUE_BYTES) throw tooLarge(key)
      if (storeChanges !== undefined) {
        storeChanges.set(body.key, { key: body.key, value: text })
        return value
      }
      const answer = await api.call('POST', 'v1/store-entries', body)
      if (answer.status === 413) throw tooLarge(key)
      expectOk(answer, 'StorageError', `store the key ${key}`)
      return value
    },
    async get(key, scope = 'FLOW') {
      const whole = full(key, scope)
      const change = storeChanges?.get(whole)
      if (change !== undefined) return change.value === null ? null : JSON.parse(change.value)
      const answer = await api.call('GET', path(whole))
      if (answer.status === 404) return null
      expectOk(answer, 'StorageError', `read the key ${key}`)
      const value: unknown = Reflect.get(Object(answer.body), 'value')
      return value ?? null
    },
    async delete(key, scope = 'FLOW') {
      const whole = full(key, scope)
      if (storeChanges !== undefined) {
        storeChanges.set(whole, { key: whole, value: null })
        return
      }
      const answer = await api.call('DELETE', path(whole))
      if (answer.status !== 404) expectOk(answer, 'StorageError', `delete the key ${key}`)
    },
  }
}

const tooLarge = (key: string): ExecutionError =>
  new ExecutionError('StorageLimitError', `The value for the key ${key} is larger than ${MAX_VALUE_BYTES / 1024} KB`)

function expectOk(answer: ApiAnswer, name: 'StorageError' | 'FileStoreError' | 'FetchError', action: string): void {
  if (answer.ok) return
  const reason = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  throw new ExecutionError(name, `The API refused to ${action}: ${answer.status} ${reason}`)
}

export interface Files {
  write(file: { fileName: string; data: Buffer }): Promise<string>
}

/** Files of steps, over `/v1/step-files`. The result is a public URL. */
export function createFiles(host: PieceHost, stepName: string): Files {
  const { api, engine, flowId } = host
  const maxMb = engine.config.limits.maxFileSizeMb
  return {
    async write({ fileName, data }) {
      if (!Buffer.isBuffer(data)) throw new Error('files.write: data must be a Buffer')
      if (data.length > maxMb * 1024 * 1024) {
        throw new ExecutionError('FileSizeError', `The file ${fileName} is larger than the maximum of ${maxMb} MB`)
      }
      const form = new FormData()
      form.set('stepName', stepName)
      form.set('flowId', flowId)
      form.set('contentLength', String(data.length))
      form.set('fileName', fileName)
      form.set('file', new Blob([new Uint8Array(data)]), fileName)
      for (let tries = 0; ; tries++) {
        try {
          return await upload(api, form, fileName, data)
        } catch (error) {
          if (tries >= UPLOAD_RETRIES) throw error
          await engine.sleep(UPLOAD_RETRY_MS)
        }
      }
    },
  }
}

async function upload(api: ApiClient, form: FormData, fileName: string, data: Buffer): Promise<string> {
  const answer = await api.upload('v1/step-files', form)
  expectOk(answer, 'FileStoreError', `store the file ${fileName}`)
  const url = textField(answer.body, 'url')
  if (url === undefined) throw new ExecutionError('FileStoreError', `The API gave no URL for the file ${fileName}`)
  const uploadUrl = textField(answer.body, 'uploadUrl')
  if (uploadUrl !== undefined) {
    const put = await fetch(uploadUrl, { method: 'PUT', body: new Uint8Array(data) })
    if (!put.ok) throw new ExecutionError('FileStoreError', `The file store refused ${fileName}: ${put.status}`)
  }
  return url
}

/** The project of the flow. */
export function createProject({ api, projectId }: PieceHost) {
  return {
    id: projectId,
    async externalId(): Promise<string | undefined> {
      const answer = await api.call('GET', 'v1/worker/project')
      expectOk(answer, 'FetchError', 'read the project')
      return textField(answer.body, 'externalId')
    },
  }
}

/** The flows of the project, and the one that runs. */
export function createFlows({ api, flowId, flowVersionId }: PieceHost) {
  return {
    async list(params?: { externalIds?: string[] }): Promise<unknown> {
      const ids = params?.externalIds
      const query = ids === undefined ? '' : `?externalIds=${encodeURIComponent(ids.join(','))}`
      const answer = await api.call('GET', `v1/engine/populated-flows${query}`)
      expectOk(answer, 'FetchError', 'list the flows')
      return answer.body
    },
    current: { id: flowId, version: { id: flowVersionId } },
  }
}
