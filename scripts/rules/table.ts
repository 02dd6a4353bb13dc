/** The import directions of docs/design.md as data. A folder that is not named here fails the check. */

/** What each package may import, itself and its own dependencies aside. */
export const MAY_IMPORT: Record<string, readonly string[]> = {
  'packages/model': [],
  'packages/api': ['packages/model'],
  'packages/framework': ['packages/model'],
  pieces: ['packages/model', 'packages/framework'],
  'packages/engine': ['packages/model'],
  'packages/worker': ['packages/model', 'packages/engine', 'pieces'],
  'apps/server': ['packages/model', 'packages/api', 'packages/engine', 'packages/worker', 'pieces'],
  'packages/sdk': ['packages/model', 'packages/api'],
  'packages/embed': ['packages/model'],
  'apps/web': ['packages/model', 'packages/api', 'packages/sdk'],
  'apps/cli': ['packages/model', 'packages/api', 'packages/sdk', 'packages/framework'],
}

/** Folders of the repository itself: they may import anything. */
export const FREE_FOLDERS = ['bench', 'e2e', 'scripts', 'test']

interface FileRule {
  name: string
  why: string
  /** The files that the rule is about. */
  from: RegExp
  /** What they import: a file of ours, or the name of a library. */
  to: RegExp
  /** Pairs for which the rule does not hold, as `from -> to`. */
  except?: RegExp
}

/** What single files may not import, beyond the table of packages. Tests are free of these rules. */
export const FILE_RULES: readonly FileRule[] = [
  {
    name: 'server-loads-no-piece-code',
    why: 'the server knows pieces by their catalogue; code of pieces runs in sandboxes',
    from: /^apps\/server\//,
    to: /^pieces\//,
    except: /-> pieces\/((catalogue|traits)\.json|webhook\/authenticate\.ts)$/,
  },
  {
    name: 'worker-bundles-pieces-in-one-place',
    why: 'pieces reach the worker in the bundle of the engine alone',
    from: /^packages\/worker\//,
    to: /^pieces\//,
    except: /^packages\/worker\/src\/engine-entry\.ts -> pieces\/(registry\.ts|traits\.json)$/,
  },
  {
    name: 'model-without-io',
    why: 'the model, the contract and the client also run in the browser',
    from: /^packages\/(model|api|sdk)\//,
    to: /^node:/,
  },
  {
    name: 'engine-knows-neither-http-nor-sql',
    why: 'the engine talks through its port alone',
    from: /^packages\/engine\//,
    to: /^(kysely|pg|fastify|@electric-sql\/pglite|ioredis|bullmq)(\/|$)/,
  },
  {
    name: 'one-owner-of-the-database',
    why: 'workers hold no access to the database',
    from: /^packages\/worker\//,
    to: /^(kysely|pg|@electric-sql\/pglite|ioredis|bullmq)(\/|$)/,
  },
  {
    name: 'services-without-http',
    why: 'services are the rules, whichever door they are called through',
    from: /^apps\/server\/src\/features\/.+\/(service|store)\.ts$/,
    to: /^(fastify|fastify-type-provider-zod)$/,
  },
  {
    name: 'routes-are-doors',
    why: 'only the plugin of a feature mounts its routes',
    from: /^apps\/server\/src\/(?!features\/[^/]+\/plugin\.ts$)/,
    to: /^apps\/server\/src\/features\/.+\/routes\.ts$/,
  },
  {
    name: 'no-test-support-in-product-code',
    why: 'what helps tests stays with tests',
    from: /./,
    to: /\.test\.ts$|(^|\/)testing(-[a-z]+)?\.ts$|\/testing\//,
    except: /^packages\/framework\/src\/index\.ts -> packages\/framework\/src\/testing\.ts$/,
  },
]

/** What starts a process or is called from outside; any other file must be reached from one of these. */
export const ENTRY_POINTS: readonly RegExp[] = [
  /^apps\/server\/src\/(main|cli\/[^/]+)\.ts$/,
  /^apps\/cli\/src\/main\.ts$/,
  // Started by path, in a thread of its own.
  /^apps\/server\/src\/database\/pglite-thread\.ts$/,
  /^apps\/server\/src\/calls\/body\/thread\.ts$/,
  /^packages\/engine\/src\/main\.ts$/,
  /^packages\/worker\/src\/(engine-entry|keep-engine)\.ts$/,
  /^packages\/worker\/src\/(npm|build)-entry\.ts$/,
  /^packages\/framework\/src\/index\.ts$/,
  /^pieces\/(registry\.ts|scripts\/)/,
  // What `pieces create` makes: loaded by path, or installed on a server.
  /^pieces\/(custom|community)\/[^/]+\/src\/index\.ts$/,
  /^(bench|e2e|scripts|test)\//,
  /\.test\.tsx?$/,
  // Types of libraries that have none.
  /\.d\.ts$/,
]

/** Tests and what helps them. */
export const TEST_FILE = /\.test\.tsx?$|(^|\/)testing(-[a-z]+)?\.ts$|\/testing\//

/** Where the environment of the process may be read. */
export const READS_ENVIRONMENT: readonly { file: RegExp; why: string }[] = [
  { file: /^apps\/server\/src\/run\.ts$/, why: 'hands it to the settings' },
  { file: /^apps\/server\/src\/cli\/rollback\.ts$/, why: 'hands it to the settings' },
  { file: /^apps\/server\/src\/settings(\.ts|\/)/, why: 'the settings' },
  { file: /^apps\/server\/src\/engine-config\.ts$/, why: 'AP_SANDBOX_PROPAGATED_ENV_VARS names variables' },
  { file: /^apps\/cli\/src\/main\.ts$/, why: 'AP_API_KEY stays out of the history of the shell' },
  { file: /^packages\/worker\/src\/channel\/client\.ts$/, why: 'AP_SANDBOX_PROPAGATED_ENV_VARS names variables' },
  { file: /^packages\/worker\/src\/npm\.ts$/, why: 'npm needs the proxy and registry of the machine' },
  { file: /^packages\/worker\/src\/worker\.ts$/, why: 'the scrubbed environment of sandboxes' },
  { file: /^(bench|e2e|scripts|test)\//, why: 'tools of the repository' },
]

/** Words that begin a statement of the query builder. */
export const SQL_WORDS = new Set(['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'mergeInto', 'replaceInto'])
/** Methods of the HTTP server that register a route when their first argument is a path. */
export const HTTP_WORDS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all'])

interface ContentRule {
  name: string
  why: string
  /** What the rule finds in a file. */
  found: 'sql' | 'routes'
  /** Where that has its place. */
  places: RegExp
}

/** What a file of the server may hold only in its place, whatever the file is called. Tests are free of these rules. */
export const CONTENT_RULES: readonly ContentRule[] = [
  {
    name: 'sql-in-stores',
    why: 'statements stand in the store of their noun, in database/ or in queue/',
    found: 'sql',
    places: /^apps\/server\/src\/(database|queue)\/|\/([a-z-]+-)?store\.ts$/,
  },
  {
    name: 'routes-in-route-files',
    why: 'routes stand where the doors of a feature are looked for',
    found: 'routes',
    places: /\/([a-z-]+-)?routes\.ts$|^apps\/server\/src\/http\/implement\.ts$/,
  },
]

export const MAX_LINES = 400

/** Families of words for tests; their `only`, `skip` and `todo` are refused. */
export const TEST_WORDS = new Set(['it', 'test', 'describe', 'suite', 'bench'])
export const TEST_ESCAPES = new Set(['only', 'skip', 'todo', 'skipIf', 'runIf'])
