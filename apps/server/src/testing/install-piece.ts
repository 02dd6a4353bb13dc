import { pieceArchive } from './piece-archive.ts'
import type { Person, TestServer } from './server.ts'

/** Installs a piece from its source, as an administrator uploads one. The server needs a worker. */
export async function installPiece(
  server: TestServer,
  owner: Person,
  piece: { name: string; version: string; source: string },
): Promise<void> {
  const form = new FormData()
  const { name: pieceName, version: pieceVersion, source } = piece
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName, pieceVersion }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  const archive = await pieceArchive(pieceName, pieceVersion, source)
  form.append('pieceArchive', new Blob([new Uint8Array(archive)]), 'piece.tgz')
  const { status, body } = await server.call('POST', '/v1/pieces', { token: owner.token, body: form })
  if (status !== 201) throw new Error(`Installing ${pieceName} answered ${status}: ${JSON.stringify(body)}`)
}
