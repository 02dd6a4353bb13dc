import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../../api/client.ts'
import { createWith, type ImportedFlow, importInto } from '../../../api/creating.ts'
import { errorText } from '../../../api/error-text.ts'
import { useProjectId } from '../../../api/session.ts'
import { inTurn } from '../in-turn.ts'
import type { FlowActs } from '../use-flow-acts.ts'
import { connectionsIn, type NamedConnection } from './contents.ts'
import { type FoundFlow, readFiles } from './read-files.ts'

export type ImportReport = NonNullable<ImportedFlow['importReport']>
export type MissingPiece = ImportReport['missingPieces'][number]

/** One flow on its way in. */
export interface ImportItem {
  key: string
  name: string
  path: string
  state: 'waiting' | 'working' | 'done' | 'failed'
  content?: Record<string, unknown>
  folderName?: string | undefined
  /** Why it is not here. */
  problem?: string
  flowId?: string
  isValid?: boolean
  report?: ImportReport
  /** Connections that it names and that are not here. */
  missingConnections?: NamedConnection[]
}

/** Whether the flow is here and can run as it is. */
export const isReady = ({ state, isValid, missingConnections = [] }: ImportItem): boolean =>
  state === 'done' && isValid === true && missingConnections.length === 0

/** Takes flows in, one file after another, and says how it went with each. */
export function useImport(acts: FlowActs) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const [items, setItems] = useState<ImportItem[]>([])
  const [isBusy, setBusy] = useState(false)

  const change = (key: string, part: Partial<ImportItem>): void =>
    setItems((now) => now.map((item) => (item.key === key ? { ...item, ...part } : item)))

  const itemOf = (
    { path, folderName, content, problem, reason }: FoundFlow,
    index: number,
    batch: number,
  ): ImportItem => ({
    key: `${batch}.${index}`,
    path,
    folderName,
    name: typeof content?.displayName === 'string' ? content.displayName : path,
    ...(content && { content }),
    ...(problem || reason
      ? { state: 'failed', problem: problem ? t(`importing.${problem}`) : (reason ?? '') }
      : { state: 'waiting' }),
  })

  const readProgram = async (zip: string): Promise<Pick<FoundFlow, 'content' | 'reason'>> => {
    try {
      return { content: { ...(await client.flowCode.read({ body: { projectId, zip } })) } }
    } catch (error) {
      return { reason: errorText(error, common) }
    }
  }

  const knownConnections = async (): Promise<Set<string>> => {
    const { data } = await client.appConnections.list({ query: { projectId, limit: 1000 } })
    return new Set(data.map(({ externalId }) => externalId))
  }

  const takeIn = async (item: ImportItem, known: ReadonlySet<string>): Promise<void> => {
    const { key, content, folderName, flowId } = item
    if (!content) return
    change(key, { state: 'working' })
    try {
      const flow = flowId ? await importInto(flowId, content) : await createWith(content, { projectId, folderName })
      change(key, {
        state: 'done',
        flowId: flow.id,
        name: flow.version.displayName,
        isValid: flow.version.valid,
        missingConnections: connectionsIn(content).filter(({ externalId }) => !known.has(externalId)),
        ...(flow.importReport && { report: flow.importReport }),
      })
    } catch (error) {
      change(key, { state: 'failed', problem: errorText(error, common) })
    }
  }

  return {
    items,
    isBusy,
    start: async (files: readonly File[]): Promise<void> => {
      setBusy(true)
      const batch = items.length
      const found = (await readFiles(files, readProgram)).map((flow, index) => itemOf(flow, index, batch))
      setItems((now) => [...now, ...found])
      const known = await knownConnections().catch(() => new Set<string>())
      // Two files of one folder must not both make it.
      const folders = [...new Set(found.flatMap(({ folderName }) => folderName ?? []))]
      await inTurn(folders, (displayName) => client.folders.create({ body: { projectId, displayName } }))
      await inTurn(
        found.filter(({ state }) => state === 'waiting'),
        (item) => takeIn(item, known),
      )
      await acts.refresh()
      setBusy(false)
    },
    /** Takes a connection that is there now off what is missing. */
    connected: (externalId: string): void =>
      setItems((now) =>
        now.map((item) => ({
          ...item,
          ...(item.missingConnections && {
            missingConnections: item.missingConnections.filter((missing) => missing.externalId !== externalId),
          }),
        })),
      ),
    /** Installs a piece that is missing, and takes in again what needs it. */
    install: async ({ pieceName, pieceVersion }: MissingPiece): Promise<void> => {
      setBusy(true)
      try {
        const version = pieceVersion && { pieceVersion: pieceVersion.replace(/^[~^]/, '') }
        await client.pieces.install({ body: { packageType: 'REGISTRY', scope: 'PLATFORM', pieceName, ...version } })
        const known = await knownConnections()
        const waiting = items.filter(({ report }) =>
          report?.missingPieces.some((piece) => piece.pieceName === pieceName),
        )
        await inTurn(waiting, (item) => takeIn(item, known))
      } finally {
        await acts.refresh()
        setBusy(false)
      }
    },
  }
}
