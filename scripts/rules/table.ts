/** The import directions of docs/design.md as data. A folder that is not named here fails the check. */

/** The packages that each package may import, besides itself and its own dependencies. */
export const MAY_IMPORT: Record<string, readonly string[]> = {
  'packages/model': [],
  'packages/api': ['packages/model'],
  'packages/framework': ['packages/model'],
  pieces: ['packages/model', 'packages/framework'],
  'packages/engine': ['packages/model'],
  'packages/worker': ['packages/model', 'packages/engine', 'pieces'],
  'packages/code': ['packages/model', 'packages/engine'],
  'apps/server': ['packages/model', 'packages/api', 'packages/code', 'packages/engine', 'packages/worker', 'pieces'],
  'packages/sdk': ['packages/model', 'packages/api'],
  'packages/embed': ['packages/model'],
  // A package for others: it stands alone.
  'packages/sdk-js': [],
  'apps/web': ['packages/model', 'packages/api', 'packages/sdk', 'packages/sdk-js'],
  'apps/cli': ['packages/model', 'packages/api', 'packages/sdk', 'packages/framework'],
}

/** Folders of the repository itself: they may import anything. */
export const FREE_FOLDERS = ['bench', 'e2e', 'scripts', 'test']

interface FileRule {
  name: string
  why: string
  /** The files that the rule is about. */
  from: RegExp
  /** The imports that the rule is about: a file of ours, or the name of a library. */
  to: RegExp
  /** Pairs that the rule does not apply to, as `from -> to`. */
  except?: RegExp
}

/** Imports that single files may not have, beyond the table of packages. The rules do not apply to tests. */
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
    why: 'services hold the rules, and do not depend on how they are called',
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
    name: 'doors-ask-services',
    why: 'a service knows who acts and asks the policy; a route that calls a store goes past both',
    from: /^apps\/server\/src\/features\/.+\/([a-z-]+-)?routes\.ts$/,
    to: /^apps\/server\/src\/.+\/([a-z-]+-)?store\.ts$/,
  },
  {
    name: 'pages-show-flows-through-the-canvas',
    why: 'a page shows a flow with builder/canvas/flow-canvas.tsx, and knows of the builder only that and the kinds of steps',
    from: /^apps\/web\/src\/features\//,
    to: /^apps\/web\/src\/builder\/(?!canvas\/flow-canvas\.tsx$|steps\/kinds\/registry\.ts$)/,
  },
  {
    name: 'builder-without-pages',
    why: 'the builder does not depend on the pages around it',
    from: /^apps\/web\/src\/builder\//,
    to: /^apps\/web\/src\/features\//,
  },
  {
    name: 'no-test-support-in-product-code',
    why: 'test support stays with the tests',
    from: /./,
    to: /\.test\.ts$|(^|\/)testing(-[a-z]+)?\.ts$|\/testing\//,
    except: /^packages\/framework\/src\/index\.ts -> packages\/framework\/src\/testing\.ts$/,
  },
]

/** Files that start a process or are loaded by path; any other file must be reached from one of these. */
export const ENTRY_POINTS: readonly RegExp[] = [
  /^apps\/server\/src\/(main|cli\/[^/]+)\.ts$/,
  /^apps\/cli\/src\/main\.ts$/,
  /^apps\/web\/(src\/main\.tsx|vite\.config\.ts|build\/main\.ts)$/,
  // Started by path, in a thread of its own.
  /^apps\/web\/src\/builder\/code\/types\/worker\.ts$/,
  /^apps\/server\/src\/database\/pglite-thread\.ts$/,
  /^apps\/server\/src\/calls\/body\/thread\.ts$/,
  /^packages\/engine\/src\/main\.ts$/,
  /^packages\/worker\/src\/(engine-entry|keep-engine)\.ts$/,
  /^packages\/worker\/src\/(npm|build)-entry\.ts$/,
  // Bundled into exported programs, by its path.
  /^packages\/code\/src\/runtime\/index\.ts$/,
  /^packages\/framework\/src\/index\.ts$/,
  /^packages\/sdk-js\/(src\/index|scripts\/build)\.ts$/,
  /^pieces\/(registry\.ts|scripts\/)/,
  // Pieces made by `pieces create`: loaded by path, or installed on a server.
  /^pieces\/(custom|community)\/[^/]+\/src\/index\.ts$/,
  /^(bench|e2e|scripts|test)\//,
  /\.test\.tsx?$/,
  // Types of libraries that have none.
  /\.d\.ts$/,
]

/** Tests and their support files. */
export const TEST_FILE = /\.test\.tsx?$|(^|\/)testing(-[a-z]+)?\.ts$|\/testing\//

/** The files that may read the environment of the process. */
export const READS_ENVIRONMENT: readonly { file: RegExp; why: string }[] = [
  { file: /^apps\/server\/src\/run\.ts$/, why: 'hands it to the settings' },
  { file: /^apps\/server\/src\/cli\/(outbox|rollback|users)\.ts$/, why: 'hands it to the settings' },
  { file: /^apps\/server\/src\/settings(\.ts|\/)/, why: 'the settings' },
  { file: /^apps\/server\/src\/engine-config\.ts$/, why: 'AP_SANDBOX_PROPAGATED_ENV_VARS lists names of variables' },
  { file: /^apps\/cli\/src\/main\.ts$/, why: 'AP_API_KEY stays out of the history of the shell' },
  { file: /^apps\/web\/build\/main\.ts$/, why: 'builds for production, whatever started it' },
  { file: /^apps\/web\/vite\.config\.ts$/, why: 'PIECEWORK_URL names the server that `npm run dev` talks to' },
  {
    file: /^packages\/worker\/src\/channel\/kept-worker\.ts$/,
    why: 'AP_SANDBOX_PROPAGATED_ENV_VARS lists names of variables',
  },
  {
    file: /^packages\/code\/src\/runtime\/(program|serve)\.ts$/,
    why: 'an exported program has the secrets of its connections there',
  },
  { file: /^packages\/worker\/src\/npm\.ts$/, why: 'npm needs the proxy and registry of the machine' },
  { file: /^packages\/worker\/src\/(worker|sandbox-start)\.ts$/, why: 'the scrubbed environment of sandboxes' },
  { file: /^(bench|e2e|scripts|test)\//, why: 'tools of the repository' },
]

/** Words that begin a statement of the query builder. */
export const SQL_WORDS = new Set(['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'mergeInto', 'replaceInto'])
/** Methods of the HTTP server that register a route when their first argument is a path. */
export const HTTP_WORDS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all'])

/** Kinds of steps whose names mean nothing else; those of code and of pieces are words of other things, too. */
export const STEP_KINDS = new Set(['LOOP_ON_ITEMS', 'ROUTER'])

interface ContentRule {
  name: string
  why: string
  /** The property of a source file that the rule looks at. */
  found: 'sql' | 'routes' | 'stepKinds'
  /** The files that the rule is about. */
  from: RegExp
  /** The files that may hold it. */
  places: RegExp
}

/**
 * Contents that a file may have only in their place, whatever its name. The rules do not apply to tests.
 */
export const CONTENT_RULES: readonly ContentRule[] = [
  {
    name: 'sql-in-stores',
    why: 'SQL statements belong in the store of their noun, in database/ or in queue/',
    found: 'sql',
    from: /^apps\/server\//,
    places: /^apps\/server\/src\/(database|queue)\/|\/([a-z-]+-)?store\.ts$/,
  },
  {
    name: 'routes-in-route-files',
    why: 'routes belong in route files, where readers look for them',
    found: 'routes',
    from: /^apps\/server\//,
    places: /\/([a-z-]+-)?routes\.ts$|^apps\/server\/src\/http\/implement\.ts$/,
  },
  {
    name: 'step-kinds-in-registries',
    why: 'what a kind of step does differently is a part of its object, so that a new kind needs no other change',
    found: 'stepKinds',
    from: /^(apps|packages)\//,
    places:
      /\/kinds\/|^packages\/model\/src\/flow\/(step|step-request|migrate|(graph|migrations|newer-formats)\/.+)\.ts$|^packages\/model\/src\/run\/loop-output\.ts$|^packages\/code\/src\/(export\/(program|places)|import\/program)\.ts$|^apps\/web\/src\/builder\/fields\/step-settings\.tsx$/,
  },
]

export const MAX_LINES = 400

/** Lines of a function; tests are exempt, because a suite is a list of tests. */
export const MAX_FUNCTION_LINES = 120
/** How the comment next to a longer function says why: `Over 120 lines: one closure over the state of a lane.` */
export const LONG_FUNCTION_REASON = /\bOver 120 lines: \S.{20,}/s

/** Words of the test runner; their `only`, `skip` and `todo` are refused. */
export const TEST_WORDS = new Set(['it', 'test', 'describe', 'suite', 'bench'])
export const TEST_ESCAPES = new Set(['only', 'skip', 'todo', 'skipIf', 'runIf'])
