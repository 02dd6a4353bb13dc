import { PieceMetadata } from '@piecework/model/piece/metadata'
import { builtinPieces } from '../registry.ts'

/** The metadata of all built-in pieces as JSON text, one piece a line, by name. */
export async function catalogueText(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(builtinPieces).map(async ([name, { version, load }]) => {
      const piece = await load()
      // Through JSON first: functions are not part of the metadata.
      const metadata: unknown = JSON.parse(JSON.stringify({ name, version, ...piece.metadata() }))
      return JSON.stringify(PieceMetadata.parse(metadata))
    }),
  )
  return `[\n${lines.sort().join(',\n')}\n]\n`
}
