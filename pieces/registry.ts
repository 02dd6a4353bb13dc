import type { Piece } from '@piecework/framework'

export interface BuiltinPiece {
  /** The published version whose contract the piece covers. */
  version: string
  /** Loads the code: heavy pieces cost nothing until a flow uses them. */
  load: () => Promise<Piece>
}

/** The pieces that come with the product, by the package name that flows refer to. */
export const builtinPieces: Record<string, BuiltinPiece> = {
  '@activepieces/piece-data-mapper': {
    version: '0.3.15',
    load: async () => (await import('./data-mapper/index.ts')).dataMapper,
  },
  '@activepieces/piece-delay': { version: '0.3.27', load: async () => (await import('./delay/index.ts')).delay },
  '@activepieces/piece-http': { version: '0.11.9', load: async () => (await import('./http/index.ts')).http },
  '@activepieces/piece-manual-trigger': {
    version: '0.0.5',
    load: async () => (await import('./manual-trigger/index.ts')).manualTrigger,
  },
  '@activepieces/piece-schedule': {
    version: '0.1.17',
    load: async () => (await import('./schedule/index.ts')).schedule,
  },
  '@activepieces/piece-store': { version: '0.6.14', load: async () => (await import('./store/index.ts')).store },
  '@activepieces/piece-webhook': { version: '0.1.33', load: async () => (await import('./webhook/index.ts')).webhook },
}
