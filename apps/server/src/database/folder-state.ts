import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import { syncPath } from './sync-files.ts'

const FolderState = z.object({
  /** The position in PostgreSQL's log up to which the folder held everything. */
  lsn: z
    .string()
    .regex(/^[0-9A-F]+\/[0-9A-F]+$/)
    .optional(),
})

/** Facts about a data folder, kept outside of it: that it held data, and how far its log went. */
export type FolderState = z.infer<typeof FolderState>

export const stateFileOf = (dataDir: string): string => `${dataDir}.state`

/** @returns nothing when no database was ever opened in the folder. A damaged file says that one was. */
export function readState(dataDir: string): FolderState | undefined {
  let text: string
  try {
    text = readFileSync(stateFileOf(dataDir), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return FolderState.safeParse(parseJson(text)).data ?? {}
}

/** Replaces the file as a whole; it is on disk afterwards. */
export function writeState(dataDir: string, state: FolderState): void {
  const file = stateFileOf(dataDir)
  const draft = `${file}.draft`
  const descriptor = openSync(draft, 'w', 0o600)
  try {
    writeSync(descriptor, `${JSON.stringify(state)}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(draft, file)
  syncPath(dirname(file))
}

/** Whether one position of the log comes before another. */
export function isBefore(lsn: string, other: string): boolean {
  return position(lsn) < position(other)
}

function position(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/')
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)
}
