import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { isMap } from '@piecework/framework'
import type { BuiltPackage } from './build.ts'

export interface Target {
  /** With `/api` at its end. */
  apiUrl: string
  apiKey: string
}

/**
 * Installs an archive on a server (docs: build-pieces/misc/pieces-ci-cd).
 * @returns whether it was new there; a version that the server has stays as it is.
 * @throws Error with the server's words.
 */
export async function uploadPackage(
  { manifest }: BuiltPackage,
  archive: string,
  { apiUrl, apiKey }: Target,
): Promise<boolean> {
  const form = new FormData()
  const fields = {
    packageType: 'ARCHIVE',
    scope: 'PLATFORM',
    pieceName: manifest.name,
    pieceVersion: manifest.version,
  }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await readFile(archive))]), basename(archive))
  const url = `${apiUrl.replace(/\/+$/, '')}/v1/pieces`
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: form,
  }).catch((error: Error) => {
    throw new Error(`${url} cannot be reached: ${error.cause instanceof Error ? error.cause.message : error.message}`)
  })
  if (response.ok) return true
  const text = await response.text()
  if (response.status === 409 && codeOf(text) === 'VALIDATION') return false
  throw new Error(`${url} answered ${response.status}: ${text}`)
}

function codeOf(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text)
    return isMap(body) ? body.code : undefined
  } catch {
    return undefined
  }
}
