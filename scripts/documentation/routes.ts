import type { Endpoint } from '../../packages/api/src/endpoint.ts'
import { api } from '../../packages/api/src/index.ts'

const HEAD = `import type { Routes } from './types.ts'

// Generated from the contract by \`npm run docs\`, so that a client needs no schemas. Its type refuses a table that differs.
export const ROUTES: Routes = {
`

/** The table of routes of the client. */
export function writeRoutes(): string {
  const nouns = Object.entries(api).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${HEAD}${nouns.map(([noun, verbs]) => `  ${noun}: {\n${Object.entries<Endpoint>(verbs).map(lineOf).join('')}  },\n`).join('')}}\n`
}

const lineOf = ([verb, { method, path, sends }]: [string, Endpoint]): string =>
  `    ${verb}: '${[method, path, sends].filter(Boolean).join(' ')}',\n`
