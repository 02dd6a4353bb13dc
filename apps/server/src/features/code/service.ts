import { join } from 'node:path'
import type { SentProgram } from '@piecework/api/flow-code'
import { calledIn, isCallable, MAX_CALLED_FLOWS } from '@piecework/code/called'
import { type SampleRun, writeFiles } from '@piecework/code/export/files'
import { filesInArchive, filesOf } from '@piecework/code/import/archive'
import { readFlow } from '@piecework/code/import/content'
import { CodeRefusal } from '@piecework/code/import/refusal'
import { AppError } from '@piecework/model/errors'
import type { FlowVersion, PopulatedFlow } from '@piecework/model/flow/flow'
import type { FlowContent } from '@piecework/model/flow/migrate'
import { isTerminal } from '@piecework/model/run/run-statuses'
import builtInPieces from '@piecework/pieces/catalogue.json' with { type: 'json' }
import { programBundle } from '@piecework/worker/bundle'
import { type AsyncZippable, zip } from 'fflate'
import type { ProjectActor } from '../../access/actor.ts'
import { flowPolicy } from '../../policies/flow.ts'
import { authorize } from '../../policies/policy.ts'
import type { Flows } from '../flows/service.ts'
import type { RunService } from '../runs/service.ts'

/** Flows as programs, and back. */
export interface FlowCode {
  /** @throws AppError ENTITY_NOT_FOUND */
  export(actor: ProjectActor, flowId: string, versionId?: string): Promise<{ name: string; data: Buffer }>
  /** The content of the flow that a program is. @throws AppError INVALID_REQUEST with file, line and reason */
  read(actor: ProjectActor, sent: SentProgram): Promise<FlowContent>
  /** A new flow of it. @throws AppError as read, and FLOW_OPERATION_INVALID */
  import(actor: ProjectActor, sent: SentProgram, folderId?: string | null): Promise<PopulatedFlow>
}

interface Parts {
  flows: Flows
  runs: RunService
  settings: { configPath: string }
}

const BUILT_IN: ReadonlySet<string> = new Set(builtInPieces.map(({ name }) => name))

export function createFlowCode({ flows, runs, settings }: Parts): FlowCode {
  const folder = join(settings.configPath, 'cache', 'programs')

  const read = async (sent: SentProgram): Promise<FlowContent> => {
    try {
      const files =
        sent.zip === undefined
          ? filesOf(Object.entries(sent.files ?? {}))
          : await filesInArchive(Buffer.from(sent.zip, 'base64'))
      return await readFlow(files, new Date().toISOString())
    } catch (error) {
      if (!(error instanceof CodeRefusal)) throw error
      const { file, line, reason } = error
      throw new AppError('INVALID_REQUEST', {
        message: `line ${line} of ${file}: ${reason}`,
        file,
        line,
        reason,
        fields: { [file]: `line ${line}: ${reason}` },
      })
    }
  }

  return {
    async export(actor, flowId, versionId) {
      authorize(actor, flowPolicy.read)
      const { version, externalId } = await flows.get(actor, flowId, versionId)
      const [sample, called] = await Promise.all([sampleOf(runs, actor, version), calledFlows(flows, actor, version)])
      const { files, builtIn } = writeFiles({ version, externalId, called, sample }, (name) => BUILT_IN.has(name))
      const vendor = await programBundle(folder, builtIn)
      return { name: `${nameOf(version)}.zip`, data: await pack(files, vendor) }
    },

    async read(actor, sent) {
      authorize(actor, flowPolicy.create)
      return read(sent)
    },

    async import(actor, sent, folderId) {
      authorize(actor, flowPolicy.create)
      const content = await read(sent)
      const { id } = await flows.create(actor, { displayName: content.displayName || 'Flow', folderId })
      try {
        return await flows.operate(actor, id, { type: 'IMPORT_FLOW', request: { ...content, allowMissing: true } }, {})
      } catch (error) {
        // Nothing stays of a flow that nobody has heard the id of.
        await flows.remove(actor, id).catch(() => {})
        throw error
      }
    },
  }
}

/**
 * The published flows that a flow calls, and those that they call, by their external ids.
 * @throws AppError VALIDATION for more than a program takes along
 */
async function calledFlows(
  flows: Flows,
  actor: ProjectActor,
  version: FlowVersion,
): Promise<ReadonlyMap<string, FlowVersion>> {
  const called = new Map<string, FlowVersion>()
  const known = new Set<string>()
  for (let wanted = [...calledIn(version)]; wanted.length > 0; ) {
    for (const id of wanted) known.add(id)
    if (known.size > MAX_CALLED_FLOWS)
      throw new AppError('VALIDATION', {
        message: `The flow calls more than ${MAX_CALLED_FLOWS} others, which is more than a program holds.`,
      })
    const filter = { externalIds: wanted, versionState: 'LOCKED', status: ['ENABLED'] } as const
    const { data } = await flows.list(actor, filter, { limit: MAX_CALLED_FLOWS, cursor: undefined })
    const found = data.filter((flow) => isCallable(flow.version))
    for (const flow of found) called.set(flow.externalId, flow.version)
    wanted = [...new Set(found.flatMap((flow) => [...calledIn(flow.version)]))].filter((id) => !known.has(id))
  }
  return called
}

const nameOf = ({ displayName }: FlowVersion): string =>
  displayName
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80) || 'flow'

function pack(files: ReadonlyMap<string, string>, vendor: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const entries: AsyncZippable = {}
  for (const [path, text] of files) entries[path] = new TextEncoder().encode(text)
  for (const [name, data] of vendor) entries[`vendor/${name}`] = data
  return new Promise((resolve, reject) => {
    zip(entries, { level: 6 }, (error, data) => (error ? reject(error) : resolve(Buffer.from(data))))
  })
}

const RUNS_LOOKED_AT = 10
const MAX_SAMPLE_LETTERS = 1024 * 1024
const REDACTED = '**REDACTED**'
/** Headers with which callers show who they are. */
const PRIVATE_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key'])

/** The last run of the version, where one can be shown: it must not lack what the program needs. */
async function sampleOf(runs: RunService, actor: ProjectActor, version: FlowVersion): Promise<SampleRun | undefined> {
  const page = { limit: RUNS_LOOKED_AT, cursor: undefined }
  const { data } = await runs.list(actor, { flowId: [version.flowId] }, page).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'PERMISSION_DENIED') return { data: [] }
    throw error
  })
  const last = data.find(
    ({ flowVersionId, status, environment }) =>
      flowVersionId === version.id && isTerminal(status) && environment === 'PRODUCTION',
  )
  if (!last || (last.status !== 'SUCCEEDED' && last.status !== 'FAILED')) return undefined
  const { steps, status } = await runs.get(actor, last.id)
  const trigger = steps?.[version.trigger.name]
  if (!steps || trigger?.output === undefined) return undefined
  const sample = { payload: withoutPrivateHeaders(trigger.output), status, steps: { ...steps } }
  delete sample.steps[version.trigger.name]
  const text = JSON.stringify(sample)
  const isWhole = !text.includes(REDACTED) && !text.includes('"outputSlice"') && text.length <= MAX_SAMPLE_LETTERS
  return isWhole ? sample : undefined
}

function withoutPrivateHeaders(payload: unknown): unknown {
  const headers: unknown = Reflect.get(Object(payload), 'headers')
  if (typeof headers !== 'object' || headers === null) return payload
  const shown = Object.entries(headers).filter(([name]) => !PRIVATE_HEADERS.has(name.toLowerCase()))
  return { ...Object(payload), headers: Object.fromEntries(shown) }
}
