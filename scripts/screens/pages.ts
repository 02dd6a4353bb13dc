import type { Page } from 'playwright-core'
import type { Seeded } from './seed.ts'

/** A page that is shown, by the name of its picture. */
export interface Shown {
  name: string
  path: string
  /** An act on it before its picture is made. */
  act?(page: Page): Promise<void>
}

/** Pages that anybody sees. */
export const OPEN: readonly Shown[] = [
  { name: 'sign-in', path: '/sign-in' },
  { name: 'sign-up', path: '/sign-up' },
]

/** Pages of somebody who is signed in; each has an empty, a full and a broken state. */
export const LISTS: readonly Shown[] = [
  { name: 'automations', path: '/automations' },
  { name: 'runs', path: '/runs' },
  { name: 'connections', path: '/connections' },
  { name: 'pieces', path: '/pieces' },
  { name: 'settings', path: '/settings' },
  { name: 'profile', path: '/settings/profile' },
  { name: 'security', path: '/settings/security' },
  ...['', '/branding', '/single-sign-on', '/api-keys', '/oauth-apps', '/workers', '/triggers', '/health', '/audit'].map(
    (page) => ({
      name: `administration${page.replace('/', '-')}`,
      path: `/platform${page}`,
    }),
  ),
  { name: 'not-found', path: '/nowhere' },
]

const button = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).first().click()

/** Pages and sheets that need something to show. */
export const detailsOf = ({ flowId, formId, runId, failedRunId, approvalLink }: Seeded): readonly Shown[] => [
  { name: 'flow', path: `/flows/${flowId}` },
  { name: 'run', path: `/runs/${runId}` },
  { name: 'run-failed', path: `/runs/${failedRunId}` },
  { name: 'palette', path: '/automations', act: (page) => page.keyboard.press('Control+k') },
  { name: 'import', path: '/automations', act: button('Import') },
  { name: 'connect-choose', path: '/connections', act: button('New connection') },
  {
    name: 'connect',
    path: '/connections',
    async act(page) {
      await button('New connection')(page)
      await page.getByRole('dialog').getByRole('listitem').first().getByRole('button').click()
    },
  },
  { name: 'piece', path: '/pieces?piece=%40activepieces%2Fpiece-csv' },
  { name: 'install', path: '/pieces', act: button('Install a piece') },
  { name: 'form', path: `/forms/${formId}` },
  { name: 'form-missing', path: `/forms/${formId}`, act: button('Submit') },
  { name: 'form-gone', path: '/forms/nothing' },
  { name: 'response', path: approvalLink },
]

/** The pictures of the guides. */
export const IN_GUIDES: ReadonlySet<string> = new Set([
  ...['automations', 'runs', 'run-failed', 'flow', 'connect', 'import', 'form', 'response', 'pieces'],
  ...['administration', 'administration-branding', 'administration-single-sign-on', 'administration-audit', 'security'],
])
