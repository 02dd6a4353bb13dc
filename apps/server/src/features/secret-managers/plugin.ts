import type { Actor } from '../../access/actor.ts'
import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import type { Providers } from './providers/registry.ts'
import { secretManagerRoutes } from './routes.ts'
import type { Secrets } from './secrets.ts'
import { createSecretManagers } from './service.ts'

type Parts = Pick<Core, 'db' | 'outbox' | 'events' | 'encryption' | 'outbound'> & {
  providers: Providers
  secrets: Secrets
  projects: { all(actor: Actor): Promise<readonly { id: string }[]> }
}

export function secretManagers({ projects, ...parts }: Parts): Plugin {
  const secretManagers = createSecretManagers({
    ...parts,
    projectsOf: async (actor) => (await projects.all(actor)).map(({ id }) => id),
  })
  return { name: 'secret-managers', routes: (app) => secretManagerRoutes(app, { secretManagers }) }
}
