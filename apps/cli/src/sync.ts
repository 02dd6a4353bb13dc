import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { ApiError, createClient } from '@piecework/sdk'
import type { BuiltPackage } from './build.ts'

export interface Target {
  /** The address of the API, with `/api` at its end. */
  apiUrl: string
  apiKey: string
}

/**
 * Installs an archive on a server with `POST /v1/pieces`.
 * @returns whether it was new; a version that the server already has does not change.
 * @throws Error with the server's message.
 */
export async function uploadPackage(
  { manifest }: BuiltPackage,
  archive: string,
  { apiUrl, apiKey }: Target,
): Promise<boolean> {
  const body = new FormData()
  const fields = {
    packageType: 'ARCHIVE',
    scope: 'PLATFORM',
    pieceName: manifest.name,
    pieceVersion: manifest.version,
  }
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append('pieceArchive', new Blob([new Uint8Array(await readFile(archive))]), basename(archive))
  try {
    await createClient({ url: apiUrl, token: apiKey }).pieces.install({ body })
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === 409 && error.code === 'VALIDATION') return false
    throw error
  }
}
