import { join } from 'node:path'
import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import { createAvailablePieceSearch } from './available.ts'
import { createPieceDevelopment } from './develop.ts'
import { createPieceExtractor } from './extract.ts'
import { createPieceInstalls } from './install.ts'
import { createPieceSync } from './sync.ts'

type Parts = Pick<Core, 'db' | 'files' | 'catalogue' | 'settings' | 'events' | 'outbound' | 'log'> &
  Pick<Execution, 'interactive' | 'engineToken'>

/** Makes the parts that bring pieces into the catalogue: installs, the registry, and folders under development. */
export function assemblePieces(parts: Parts) {
  const { settings } = parts
  const extract = createPieceExtractor(parts)
  return {
    installs: createPieceInstalls({ ...parts, extract }),
    sync: createPieceSync({
      ...parts,
      registryUrl: settings.piecesRegistryUrl,
      automatic: settings.piecesSyncMode === 'OFFICIAL_AUTO',
    }),
    available: createAvailablePieceSearch({ ...parts, registryUrl: settings.npmRegistryUrl }),
    development: createPieceDevelopment({
      ...parts,
      extract,
      names: settings.devPieces,
      folders: [...settings.customPiecesPaths, 'pieces', 'packages/pieces'],
      outFolder: join(settings.configPath, 'cache', 'dev-pieces'),
      withTranslations: settings.loadTranslationsForDevPieces,
    }),
  }
}
