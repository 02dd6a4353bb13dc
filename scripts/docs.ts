import { writeFileSync } from 'node:fs'
import { documentSettings } from '../apps/server/src/settings/document.ts'
import { documentErrors } from './documentation/errors.ts'
import { documentPermissions } from './documentation/permissions.ts'
import { writeRoutes } from './documentation/routes.ts'
import { generateGraphClients } from './graph-clients/generate.ts'

/** Writes the files that are generated from code: pages of the documentation, routes and types of the clients. */
writeFileSync(new URL('../docs/settings.md', import.meta.url), documentSettings())
writeFileSync(new URL('../docs/errors.md', import.meta.url), documentErrors())
writeFileSync(new URL('../docs/permissions.md', import.meta.url), documentPermissions())
writeFileSync(new URL('../packages/sdk/src/routes.ts', import.meta.url), writeRoutes())
for (const [path, text] of Object.entries(generateGraphClients()))
  writeFileSync(new URL(`../${path}`, import.meta.url), text)
