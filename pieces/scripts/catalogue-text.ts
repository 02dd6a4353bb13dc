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

/** The traits of actions and triggers that a catalogue tells of, by piece, as JSON text. */
export function traitsText(catalogue: string): string {
  const pieces = PieceMetadata.array().parse(JSON.parse(catalogue))
  const namesOf = (part: (piece: PieceMetadata) => { name: string }[]): Record<string, string[]> =>
    Object.fromEntries(
      pieces.flatMap((piece) => {
        const names = part(piece).map(({ name }) => name)
        return names.length > 0 ? [[piece.name, names.sort()]] : []
      }),
    )
  const steering = namesOf(({ actions }) => Object.values(actions).filter(({ actsOutside }) => actsOutside === false))
  const passesThrough = namesOf(({ triggers }) => Object.values(triggers).filter((trigger) => trigger.passesThrough))
  return `${JSON.stringify({ steering, passesThrough }, null, 2)}\n`
}
