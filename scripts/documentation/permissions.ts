import { DEFAULT_ROLES } from '../../apps/server/src/access/roles.ts'
import type { Endpoint, PrincipalType } from '../../packages/api/src/endpoint.ts'
import { endpoints } from '../../packages/api/src/index.ts'
import type { Permission } from '../../packages/model/src/permission.ts'

/** Somebody who calls the API, as the tables have them. */
export interface Caller {
  name: string
  principal: PrincipalType | null
  isAdmin: boolean
  /** In the project that the request is about; null for none. */
  permissions: readonly Permission[] | null
}

const user = (name: string, permissions: readonly Permission[] | null, isAdmin = false): Caller => ({
  ...{ name, principal: 'USER', isAdmin, permissions },
})

/** Everybody who calls the API, from those who may least. */
export const CALLERS: readonly Caller[] = [
  { name: 'nobody', principal: null, isAdmin: false, permissions: null },
  user('no role', null),
  user('Viewer', DEFAULT_ROLES.Viewer),
  user('Operator', DEFAULT_ROLES.Operator),
  user('Editor', DEFAULT_ROLES.Editor),
  user('Admin', DEFAULT_ROLES.Admin),
  user('platform OPERATOR', DEFAULT_ROLES.Editor),
  user('platform ADMIN', DEFAULT_ROLES.Admin, true),
  { name: 'API key', principal: 'SERVICE', isAdmin: true, permissions: DEFAULT_ROLES.Admin },
  { name: 'engine', principal: 'ENGINE', isAdmin: false, permissions: DEFAULT_ROLES.Admin },
  { name: 'worker', principal: 'WORKER', isAdmin: false, permissions: null },
]

/** One row of the tables: an operation, or one kind of it that needs a permission of its own. */
export interface Permitted {
  endpoint: Endpoint
  /** The value of the field that decides on a further permission. */
  kind?: string
  /** The request is about the platform, and not about a project. */
  isOfPlatform?: true
}

/** Every operation of the API, in the order of the contract. */
export function permittedOperations(): Permitted[] {
  return endpoints.flatMap((endpoint): Permitted[] => {
    const kinds = Object.keys(endpoint.permissionsBy?.permissions ?? {})
    if (kinds.length > 0) return kinds.map((kind) => ({ endpoint, kind }))
    const otherwise = endpoint.project !== null && 'otherwise' in endpoint.project
    return otherwise ? [{ endpoint }, { endpoint, isOfPlatform: true }] : [{ endpoint }]
  })
}

/** Whether the contract lets somebody do it. */
export function isAllowed({ endpoint, kind, isOfPlatform }: Permitted, caller: Caller): boolean {
  const { principals, permission, permissionsBy, project } = endpoint
  if (principals === 'public') return true
  if (principals === 'optional') return true
  if (caller.principal === null || !principals.includes(caller.principal)) return false
  if (isOfPlatform || permission === 'PLATFORM_ADMIN') return caller.isAdmin
  if (project === null) return true
  if (caller.permissions === null) return false
  const needed = [permission, kind === undefined ? 'NONE' : (permissionsBy?.permissions[kind] ?? 'NONE')]
  return needed.every((one) => one === 'NONE' || caller.permissions?.some((held) => held === one))
}

const INTRO = `<!-- Generated from packages/api by \`npm run docs\`. -->
# Permissions

Who may call which operation. A test makes every call of this table as everybody in it. "no role" is a person of the platform in a project that is not theirs; the roles are those [in projects](people.md#roles-in-projects); a person's own project counts as Admin. A platform's own roles may do what needs only permissions that they have (\`needs\`). Some operations refuse single entities beyond that, such as roles that may do more than the caller's own.

`

/** The page of the documentation. */
export function documentPermissions(): string {
  const columns = ['operation', 'needs', ...CALLERS.map(({ name }) => name)]
  const rows = permittedOperations().map((permitted) => {
    const marks = CALLERS.map((caller) => (isAllowed(permitted, caller) ? '✓' : ''))
    return [`\`${nameOf(permitted)}\``, needsOf(permitted), ...marks]
  })
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return `${INTRO}${[line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}

/** How an operation is called in the tables. */
export function nameOf({ endpoint, kind, isOfPlatform }: Permitted): string {
  return [endpoint.operationId, kind ?? (isOfPlatform ? '(platform)' : undefined)].filter(Boolean).join(' ')
}

function needsOf({ endpoint: { permission, permissionsBy }, kind, isOfPlatform }: Permitted): string {
  if (isOfPlatform) return 'PLATFORM_ADMIN'
  const further = kind === undefined ? undefined : permissionsBy?.permissions[kind]
  const needs = [...new Set([permission, further])].filter((one) => one !== undefined && one !== 'NONE')
  return needs.join(', ')
}
