import { startEngine } from '@piecework/engine/process'
import { builtinPieces } from '@piecework/pieces/registry'

// Pieces load when a flow first uses them.
startEngine({ pieces: Object.fromEntries(Object.entries(builtinPieces).map(([name, { load }]) => [name, load])) })
