import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ApiAnswer, ApiClient } from '@piecework/engine/api'
import { ExecutionError } from '@piecework/engine/errors'
import { type Connections, shapeFor } from '@piecework/engine/resolve/connections'
import type { Secrets } from '@piecework/engine/secrets/secrets'
import { parseJson } from '@piecework/model/parse-json'
import { notWithin } from '../called.ts'

/** The services that a server has for steps elsewhere: connections, the store, files, and waiting. */

/** Keeps what outlives a run. */
export interface Store {
  get(key: string): unknown
  put(key: string, value: unknown): void
  delete(key: string): void
}

export const createMemoryStore = (): Store => {
  const values = new Map<string, unknown>()
  return {
    get: (key) => values.get(key),
    put: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
  }
}

/** One file of JSON, written whole with every change. */
export function createFileStore(folder: string): Store {
  const file = join(folder, 'store.json')
  let values = new Map<string, unknown>()
  try {
    values = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8'))))
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error
  }
  const write = (): void => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(values)))
    renameSync(`${file}.new`, file)
  }
  return {
    get: (key) => values.get(key),
    put(key, value) {
      values.set(key, value)
      write()
    },
    delete(key) {
      if (values.delete(key)) write()
    },
  }
}

/** The value of a connection in a variable of the environment: JSON of a whole one, or the text of a secret. */
export function connectionIn(text: string): object {
  const value = parseJson(text)
  return typeof value === 'object' && value !== null ? value : { type: 'SECRET_TEXT', secret_text: text }
}

/** The values of connections, from the environment. */
export function createEnvironmentConnections(
  names: ReadonlyMap<string, string>,
  nameOf: (externalId: string) => string,
  environment: Readonly<Record<string, string | undefined>>,
  secrets: Pick<Secrets, 'add'>,
): Connections {
  const read = (externalId: string): unknown => {
    const name = names.get(externalId) ?? nameOf(externalId)
    const text = environment[name]
    if (text === undefined || text === '')
      throw new ExecutionError('ConnectionNotFound', `The connection ${externalId} was not found: set ${name}`)
    const connection = connectionIn(text)
    secrets.add(connection)
    return connection
  }
  return {
    async load(externalIds) {
      for (const id of externalIds) read(id)
    },
    value: (externalId, version) => shapeFor(read(externalId), version),
  }
}

/** A run that waits for a time, or for a call of its address. */
export interface Waiting {
  until: Date | undefined
}

interface ApiParts {
  store: Store
  /** Files of steps are written here. */
  filesFolder: string
  runId: string
  publicUrl: string
  onWait(waiting: Waiting): void
}

const ok = (body: unknown): ApiAnswer => ({ status: 200, ok: true, body })
const NOT_FOUND: ApiAnswer = { status: 404, ok: false, body: {} }

/** Answers the calls that pieces make to the API of a server. */
export function createLocalApi({ store, filesFolder, runId, publicUrl, onWait }: ApiParts): ApiClient {
  return {
    async call(method, path, body) {
      const url = new URL(path, 'http://program/')
      if (url.pathname === '/v1/store-entries') {
        const key = String(url.searchParams.get('key') ?? Reflect.get(Object(body), 'key'))
        if (method === 'POST') store.put(key, Reflect.get(Object(body), 'value'))
        else if (method === 'DELETE') store.delete(key)
        else {
          const value = store.get(key)
          return value === undefined ? NOT_FOUND : ok({ key, value })
        }
        return ok({})
      }
      if (url.pathname === '/v1/waitpoints') {
        const until: unknown = Reflect.get(Object(body), 'resumeDateTime')
        onWait({ until: typeof until === 'string' ? new Date(until) : undefined })
        const id = randomUUID()
        return ok({ id, resumeUrl: `${publicUrl}v1/flow-runs/${runId}/requests/${id}` })
      }
      if (url.pathname === '/v1/worker/project') return ok({})
      if (url.pathname === '/v1/engine/populated-flows') throw new Error(notWithin(url.searchParams.get('externalIds')))
      return NOT_FOUND
    },
    async upload(_path, form) {
      const file = form.get('file')
      if (!(file instanceof Blob)) return NOT_FOUND
      mkdirSync(filesFolder, { recursive: true })
      const name = `${randomUUID()}-${String(form.get('fileName')).replace(/[^\w.-]+/g, '_')}`
      writeFileSync(join(filesFolder, name), Buffer.from(await file.arrayBuffer()))
      return ok({ url: pathToFileURL(join(filesFolder, name)).href })
    },
  }
}
