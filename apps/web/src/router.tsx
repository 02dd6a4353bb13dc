import type { Permission } from '@piecework/model/permission'
import { ApiError } from '@piecework/sdk'
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { client } from './api/client.ts'
import { loadOwnRole } from './api/members.ts'
import { loadProjects } from './api/projects.ts'
import { currentSession, selectProject } from './api/session.ts'
import { useWornBrand } from './app/brand.ts'
import { loadTexts } from './app/i18n/index.ts'
import { PageError } from './app/page-error.tsx'
import { parseAutomationsSearch } from './features/automations/automations-search.ts'
import { parseConnectionsSearch } from './features/connections/connections-search.ts'
import { NotFoundPage } from './features/not-found/not-found-page.tsx'
import { parseAuditSearch } from './features/platform/audit-search.ts'
import { parseRunsSearch } from './features/runs/runs-search.ts'

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
  interface StaticDataRouteOption {
    /** The sidebar shows icons alone, to leave the page more room. */
    wantsRoom?: boolean
    /** Who lacks it in the project in view sees who can grant it, in place of the page. */
    needs?: Permission
  }
}

const root = createRootRoute({ component: Root, notFoundComponent: NotFoundPage, errorComponent: PageError })

function Root() {
  useWornBrand()
  return <Outlet />
}

interface SignInSearch {
  /** The page that was asked for. */
  next?: string
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: ({ next }: Record<string, unknown>): SignInSearch =>
    // A path of ours: never another site.
    typeof next === 'string' && /^\/(?!\/)/.test(next) ? { next } : {},
  loader: () => loadTexts('sign-in'),
  component: lazyRouteComponent(() => import('./features/sign-in/sign-in-page.tsx')),
})

/** Reads the query of a link in a mail, or from an administrator. The router takes a code such as 12E4 for a number. */
const texts =
  <const N extends string>(...names: N[]) =>
  (search: Record<string, unknown>): { [name in N]?: string } => {
    const raw = new URLSearchParams(location.search)
    const found = names.flatMap((name) => {
      const value = search[name]
      return value === undefined ? [] : [[name, typeof value === 'string' ? value : (raw.get(name) ?? '')] as const]
    })
    return Object.fromEntries(found) as { [name in N]?: string }
  }

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  validateSearch: texts('invitation', 'email'),
  loader: () => loadTexts('sign-in'),
  component: lazyRouteComponent(() => import('./features/sign-in/sign-up-page.tsx')),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  validateSearch: texts('token', 'email'),
  loader: () => loadTexts('sign-in'),
  component: lazyRouteComponent(() => import('./features/sign-in/invitation-page.tsx')),
})

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  loader: () => loadTexts('sign-in'),
  component: lazyRouteComponent(() => import('./features/sign-in/forgot-password-page.tsx')),
})

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  validateSearch: texts('otpcode', 'identityId'),
  loader: () => loadTexts('sign-in'),
  component: lazyRouteComponent(() => import('./features/sign-in/reset-password-page.tsx')),
})

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: '/verify-email',
  validateSearch: texts('otpcode', 'identityId'),
  loader: () => loadTexts('sign-in'),
  component: lazyRouteComponent(() => import('./features/sign-in/verify-email-page.tsx')),
})

const authenticate = createRoute({
  getParentRoute: () => root,
  path: '/authenticate',
  validateSearch: texts('code', 'error'),
  loader: () => loadTexts('sign-in'),
  component: lazyRouteComponent(() => import('./features/sign-in/authenticate-page.tsx')),
})

/** Pages of a signed-in person. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: ({ location }) => {
    if (currentSession() === null)
      throw redirect({ to: '/sign-in', search: location.href === '/automations' ? {} : { next: location.href } })
  },
  loader: () => Promise.all([loadOwnRole(), loadProjects()]),
  component: lazyRouteComponent(() => import('./app/shell/shell.tsx'), 'Shell'),
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/automations' })
  },
})

const inProject = createRoute({
  getParentRoute: () => shell,
  path: '/projects/$projectId/$',
  beforeLoad: async ({ params: { projectId, _splat } }) => {
    // A link may come from somebody whose projects are not those of this person.
    const mayEnter = await client.projects.get({ params: { id: projectId } }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return false
        throw error
      },
    )
    if (!mayEnter) throw notFound()
    selectProject(projectId)
    // Never `//host`, which is another site.
    throw redirect({ href: `/${(_splat ?? '').replace(/^[/\\]+/, '') || 'automations'}` })
  },
})

const automations = createRoute({
  getParentRoute: () => shell,
  path: '/automations',
  staticData: { needs: 'READ_FLOW' },
  validateSearch: parseAutomationsSearch,
  loader: () => loadTexts('automations'),
  component: lazyRouteComponent(() => import('./features/automations/automations-page.tsx')),
})

const flow = createRoute({
  getParentRoute: () => shell,
  path: '/flows/$flowId',
  staticData: { wantsRoom: true, needs: 'READ_FLOW' },
  /** The step that opens at first. */
  validateSearch: ({ step }: Record<string, unknown>): { step?: string } =>
    typeof step === 'string' && step !== '' ? { step } : {},
  loader: () => loadTexts('builder', 'runs', 'fields', 'connect'),
  component: lazyRouteComponent(() => import('./builder/builder-page.tsx')),
})

const runs = createRoute({
  getParentRoute: () => shell,
  path: '/runs',
  staticData: { needs: 'READ_RUN' },
  validateSearch: parseRunsSearch,
  loader: () => loadTexts('runs'),
  component: lazyRouteComponent(() => import('./features/runs/runs-page.tsx')),
})

const run = createRoute({
  getParentRoute: () => shell,
  path: '/runs/$runId',
  staticData: { wantsRoom: true, needs: 'READ_RUN' },
  loader: () => loadTexts('builder', 'runs'),
  component: lazyRouteComponent(() => import('./features/runs/run-page.tsx')),
})

const issues = createRoute({
  getParentRoute: () => shell,
  path: '/issues',
  staticData: { needs: 'READ_RUN' },
  loader: () => loadTexts('runs'),
  component: lazyRouteComponent(() => import('./features/runs/issues-page.tsx')),
})

const analytics = createRoute({
  getParentRoute: () => shell,
  path: '/analytics',
  loader: () => loadTexts('analytics', 'runs'),
  component: lazyRouteComponent(() => import('./features/analytics/analytics-page.tsx')),
})

const connections = createRoute({
  getParentRoute: () => shell,
  path: '/connections',
  staticData: { needs: 'READ_APP_CONNECTION' },
  validateSearch: parseConnectionsSearch,
  loader: () => loadTexts('connections', 'connect'),
  component: lazyRouteComponent(() => import('./features/connections/connections-page.tsx')),
})

const forms = createRoute({
  getParentRoute: () => shell,
  path: '/project-forms',
  staticData: { needs: 'READ_FLOW' },
  loader: () => loadTexts('forms'),
  component: lazyRouteComponent(() => import('./features/forms/forms-page.tsx')),
})

const form = createRoute({
  getParentRoute: () => shell,
  path: '/project-forms/$formId',
  staticData: { needs: 'READ_FLOW' },
  loader: () => loadTexts('forms'),
  component: lazyRouteComponent(() => import('./features/forms/form-page.tsx')),
})

const submissions = createRoute({
  getParentRoute: () => shell,
  path: '/project-forms/$formId/submissions',
  staticData: { needs: 'READ_FLOW' },
  loader: () => loadTexts('forms'),
  component: lazyRouteComponent(() => import('./features/forms/submissions-page.tsx')),
})

const pieces = createRoute({
  getParentRoute: () => shell,
  path: '/pieces',
  validateSearch: ({ piece }: Record<string, unknown>): { piece?: string } =>
    typeof piece === 'string' ? { piece } : {},
  loader: () => loadTexts('pieces'),
  component: lazyRouteComponent(() => import('./features/pieces/pieces-page.tsx')),
})

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings/{-$page}',
  loader: () => loadTexts('settings', 'invite', 'sign-in'),
  component: lazyRouteComponent(() => import('./features/settings/settings-page.tsx')),
})

const platform = createRoute({
  getParentRoute: () => shell,
  path: '/platform/{-$page}',
  validateSearch: parseAuditSearch,
  loader: () => loadTexts('platform', 'invite'),
  component: lazyRouteComponent(() => import('./features/platform/platform-page.tsx')),
})

/** Pages that need no session. */
const open = [home, signIn, signUp, invitation, forgotPassword, resetPassword, verifyEmail, authenticate]
const pages = [
  inProject,
  automations,
  flow,
  runs,
  run,
  issues,
  analytics,
  connections,
  forms,
  form,
  submissions,
  pieces,
  settings,
  platform,
]

export const router = createRouter({
  routeTree: root.addChildren([...open, shell.addChildren(pages)]),
  defaultPreload: 'intent',
  defaultPendingMs: 200,
  scrollRestoration: true,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFoundPage,
})
