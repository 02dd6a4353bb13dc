import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import type { assemblePieces } from './assemble.ts'
import { pieceInstallRoutes } from './install-routes.ts'
import { createPieceListing } from './listing.ts'
import { pieceRoutes } from './routes.ts'
import { tagRoutes } from './tag-routes.ts'
import { createTags } from './tags.ts'
import { createPieceUsage } from './usage.ts'

interface Parts extends Pick<Core, 'db' | 'catalogue' | 'settings'>, ReturnType<typeof assemblePieces> {}

export function pieces(parts: Parts): Plugin {
  const { db, catalogue, settings, installs, sync, available, development } = parts
  const tags = createTags({ db })
  const usage = createPieceUsage(db)
  return {
    name: 'pieces',
    routes(app) {
      pieceRoutes(app, { catalogue, usage, listing: createPieceListing({ db, catalogue, tags, usage }) })
      pieceInstallRoutes(app, { installs, sync, available })
      tagRoutes(app, { tags })
    },
    async start() {
      sync.start()
      installs.startRereading()
      if (settings.containerType === 'WORKER_AND_APP') await development.start()
    },
    stop() {
      sync.stop()
      development.stop()
    },
  }
}
