import type { ImportReport } from '@piecework/api/flows'
import type { MissingPiece } from '@piecework/api/pieces'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import type { FoundPiece, PieceLookup } from '@piecework/model/flow/piece-step'
import type { Trigger } from '@piecework/model/flow/step'
import { leastVersion } from '@piecework/model/flow/step'
import { type PieceUse, piecesOf, piecesOfOperation, validateOperation } from '@piecework/model/flow/validity'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { Actor } from '../../access/actor.ts'
import { missingPieces } from '../pieces/missing.ts'
import { PackageName } from '../pieces/package-name.ts'
import { olderOrNewer } from './fallback.ts'

/** Finds pieces for other features. */
export interface PieceFinder {
  find(
    name: string,
    version: string | undefined,
    platformId: string | null,
  ): Promise<{ metadata: PieceMetadata } | undefined>
}

/** Finds pieces for flows. */
export interface FlowPieces {
  /** The piece for a version or range, and the exact version to pin a step to. */
  resolve(name: string, version: string, platformId: string | null): Promise<FoundPiece | undefined>
  /** Every version of a piece, newest first. */
  versions(name: string, platformId: string | null): Promise<{ metadata: PieceMetadata }[]>
}

/** How flows look at pieces. */
export interface PieceChecks {
  pieces: FlowPieces
  /** @throws AppError with the words of npm or of the piece */
  installPiece(actor: Actor, piece: { name: string; version: string }): Promise<unknown>
}

/** The most pieces that one import installs; each takes seconds, and at worst minutes. */
const MAX_INSTALLS = 50
const INSTALLS_AT_ONCE = 2

/** Steps of formats from this one on come in without their pieces, as invalid ones. */
const FIRST_NEWER_FORMAT = 21

/**
 * The operation with the server's verdict on the steps that it brings, in place of the client's `valid`, and with exact
 * versions of their pieces. Of an import, with what there is to say of it.
 * @throws AppError ENTITY_NOT_FOUND that names every piece that there is not.
 */
export async function checkOperation(
  operation: FlowOperation,
  { pieces, installPiece }: PieceChecks,
  actor: Actor,
): Promise<{ operation: FlowOperation; report?: ImportReport }> {
  const { platformId } = actor
  const uses = piecesOfOperation(operation)
  const found = await findAll(uses, pieces, platformId)
  const lookup: PieceLookup = (name, version) => found.get(keyOf(name, version))
  const isMissing = ({ pieceName, pieceVersion }: PieceUse) => !lookup(pieceName, pieceVersion)
  if (operation.type !== 'IMPORT_FLOW') {
    const missing = uses.filter(isMissing)
    if (missing.length > 0) throw missingPieces(await describe(missing, pieces, platformId))
    return { operation: validateOperation(operation, lookup) }
  }
  const { conversion, trigger, installMissing, allowMissing } = operation.request
  const report: ImportReport = {
    from: conversion.from,
    notes: [...conversion.notes],
    missingPieces: [],
    installedPieces: [],
  }
  const reasons = new Map<string, string>()
  if (installMissing === true) {
    const wanted = uses.filter(isMissing)
    await installAll(wanted, (use) => installPiece(actor, use), report, reasons)
    for (const [key, piece] of await findAll(wanted, pieces, platformId)) found.set(key, piece)
  }
  const isNewer = Number(conversion.from ?? 0) >= FIRST_NEWER_FORMAT
  if (isNewer)
    for (const use of uses.filter(isMissing)) {
      const other = olderOrNewer(use, trigger, await pieces.versions(use.pieceName, platformId))
      if (!other) continue
      found.set(keyOf(use.pieceName, use.pieceVersion), { metadata: other, version: other.version })
      const message = `${use.pieceName}@${use.pieceVersion} is not installed; ${other.version} has everything that the step uses, and replaces it`
      report.notes.push(...use.steps.map((stepName) => ({ stepName, message })))
    }
  report.missingPieces = await describe(uses.filter(isMissing), pieces, platformId, reasons)
  const { installedPieces } = report
  if (report.missingPieces.length > 0 && !(allowMissing ?? isNewer))
    throw missingPieces(report.missingPieces, installMissing === true ? { installedPieces } : {})
  return { operation: validateOperation(operation, lookup), report }
}

/** Finds all pieces that the steps of a tree use. */
export async function lookupFor(trigger: Trigger, pieces: FlowPieces, platformId: string): Promise<PieceLookup> {
  const found = await findAll(piecesOf(trigger), pieces, platformId)
  return (name, version) => found.get(keyOf(name, version))
}

const keyOf = (name: string, version: string): string => `${name}@${version}`

async function findAll(
  uses: readonly PieceUse[],
  pieces: FlowPieces,
  platformId: string,
): Promise<Map<string, FoundPiece>> {
  const found = new Map<string, FoundPiece>()
  for (const { pieceName, pieceVersion } of uses) {
    const piece = await pieces.resolve(pieceName, pieceVersion, platformId)
    if (piece) found.set(keyOf(pieceName, pieceVersion), piece)
  }
  return found
}

async function describe(
  missing: readonly PieceUse[],
  pieces: FlowPieces,
  platformId: string,
  reasons: ReadonlyMap<string, string> = new Map(),
): Promise<MissingPiece[]> {
  return Promise.all(
    missing.map(async (use) => {
      const reason = reasons.get(keyOf(use.pieceName, use.pieceVersion))
      const versions = await pieces.versions(use.pieceName, platformId)
      const installedVersions = versions.map(({ metadata }) => metadata.version)
      return { ...use, installedVersions, ...(reason === undefined ? {} : { reason }) }
    }),
  )
}

/** Installs the least version of each range: the flow was made with that one or a later one. */
async function installAll(
  wanted: readonly PieceUse[],
  install: (piece: { name: string; version: string }) => Promise<unknown>,
  report: ImportReport,
  reasons: Map<string, string>,
): Promise<void> {
  const waiting = [...wanted.entries()].values()
  const work = async (): Promise<void> => {
    for (const [index, { pieceName, pieceVersion }] of waiting) {
      const version = leastVersion(pieceVersion)
      try {
        if (index >= MAX_INSTALLS) throw new Error(`One import installs at most ${MAX_INSTALLS} pieces`)
        if (!PackageName.safeParse(pieceName).success) throw new Error('This is not the name of an npm package')
        await install({ name: pieceName, version })
        report.installedPieces.push({ pieceName, pieceVersion: version })
      } catch (error) {
        reasons.set(keyOf(pieceName, pieceVersion), error instanceof Error ? error.message : String(error))
      }
    }
  }
  await Promise.all(Array.from({ length: INSTALLS_AT_ONCE }, work))
}
