import { startEngine } from '@piecework/engine/process'
import { builtinPieces } from '@piecework/pieces/registry'
import traits from '@piecework/pieces/traits.json' with { type: 'json' }

// Pieces load when a flow first uses them.
const pieces = Object.fromEntries(Object.entries(builtinPieces).map(([name, { load }]) => [name, load]))
startEngine({ pieces, steering: traits.steering })
