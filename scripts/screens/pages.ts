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
  {
    name: 'sign-in-refused',
    path: '/sign-in',
    async act(page) {
      await page.getByLabel('E-mail address').fill('nobody@example.com')
      await page.getByLabel('Password', { exact: true }).fill('not-the-one')
      await page.locator('button[type=submit]').click()
    },
  },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'invitation', path: '/invitation?token=nothing&email=ada%40example.com' },
  { name: 'forgot-password', path: '/forgot-password' },
  { name: 'reset-password', path: '/reset-password?otpcode=123456&identityId=nothing' },
  { name: 'verify-email', path: '/verify-email?otpcode=123456&identityId=nothing' },
  { name: 'authenticate', path: '/authenticate?code=nothing' },
  { name: 'not-found-open', path: '/nowhere' },
]

const named = (folder: string, names: readonly string[]): Shown[] =>
  names.map((name) => ({ name: `${folder}-${name}`, path: `/${folder}/${name}` }))

const OF_SETTINGS = ['general', 'members', 'keys', 'webhooks', 'alerts', 'profile', 'security']
const OF_PLATFORM = [
  ...['people', 'projects', 'roles', 'branding', 'single-sign-on', 'api-keys', 'signing-keys', 'secret-managers'],
  ...['events', 'oauth-apps', 'workers', 'triggers', 'health', 'audit'],
]

/** Pages of somebody who is signed in; each has an empty, a full, a loading, a broken and a forbidden state. */
export const LISTS: readonly Shown[] = [
  { name: 'automations', path: '/automations' },
  { name: 'runs', path: '/runs' },
  { name: 'issues', path: '/issues' },
  { name: 'analytics', path: '/analytics' },
  { name: 'connections', path: '/connections' },
  { name: 'forms', path: '/project-forms' },
  { name: 'pieces', path: '/pieces' },
  ...named('settings', OF_SETTINGS),
  ...named('platform', OF_PLATFORM),
  { name: 'not-found', path: '/nowhere' },
]

const button = (name: string | RegExp) => (page: Page) =>
  page
    .getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
    .first()
    .click()
const menu = (name: RegExp, item: string) => async (page: Page) => {
  await button(name)(page)
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** The sheets and dialogs of lists: the page, and what opens them. */
const SHEETS: readonly Shown[] = [
  { name: 'palette', path: '/automations', act: (page) => page.keyboard.press('Control+k') },
  { name: 'shortcuts', path: '/automations', act: (page) => page.keyboard.press('?') },
  { name: 'account', path: '/automations', act: button(/Ada Lovelace$/) },
  { name: 'projects', path: '/automations', act: button(/Ada's Project$/) },
  { name: 'import', path: '/automations', act: button('Import') },
  { name: 'automations-menu', path: '/automations', act: button(/^Actions for/) },
  { name: 'automations-filter', path: '/automations', act: button('Status') },
  {
    name: 'automations-bulk',
    path: '/automations',
    async act(page) {
      for (const nth of [1, 2, 3]) await page.getByRole('checkbox').nth(nth).click()
    },
  },
  { name: 'automations-nothing-found', path: '/automations?name=refund' },
  { name: 'runs-nothing-found', path: '/runs?status=CANCELED' },
  { name: 'connect-choose', path: '/connections', act: button('New connection') },
  {
    name: 'connect',
    path: '/connections',
    async act(page) {
      await button('New connection')(page)
      await page.getByRole('dialog').getByRole('listitem').first().getByRole('button').click()
    },
  },
  { name: 'connection-rename', path: '/connections', act: menu(/^Actions for/, 'Rename') },
  { name: 'piece', path: '/pieces?piece=%40activepieces%2Fpiece-csv' },
  { name: 'install', path: '/pieces', act: button('Install a piece') },
  { name: 'new-form', path: '/project-forms', act: button('New form') },
  { name: 'invite', path: '/platform/people', act: button(/^Invite/) },
  { name: 'new-key', path: '/settings/keys', act: button(/^New/) },
  { name: 'new-webhook', path: '/settings/webhooks', act: button('New webhook') },
  { name: 'webhook-deliveries', path: '/settings/webhooks', act: button(/deliver/i) },
  { name: 'new-alert', path: '/settings/alerts', act: button('New receiver') },
  { name: 'new-token', path: '/settings/security', act: button(/New.*token/) },
  { name: 'second-factor', path: '/settings/security', act: button(/Set up|Turn on|Switch on/) },
  { name: 'delete-alert', path: '/settings/alerts', act: button(/^Delete the receiver/) },
  { name: 'new-project', path: '/platform/projects', act: button('New project') },
  { name: 'new-role', path: '/platform/roles', act: button('New role') },
  { name: 'new-secret-manager', path: '/platform/secret-managers', act: button('New secret manager') },
  { name: 'new-destination', path: '/platform/events', act: button('New destination') },
  { name: 'destination', path: '/platform/events', act: button(/^https:\/\/events/) },
  { name: 'new-signing-key', path: '/platform/signing-keys', act: button('New signing key') },
  { name: 'new-oauth-app', path: '/platform/oauth-apps', act: button('Set an OAuth app') },
  {
    name: 'audit-event',
    path: '/platform/audit',
    act: (page) => page.getByRole('table').getByRole('button').first().click(),
  },
]

/** Pages and sheets that need something to show. */
export const detailsOf = (seeded: Seeded): readonly Shown[] => [
  { name: 'flow', path: `/flows/${seeded.flowId}` },
  { name: 'run', path: `/runs/${seeded.runId}` },
  { name: 'run-failed', path: `/runs/${seeded.failedRunId}` },
  { name: 'run-gone', path: '/runs/nothing' },
  { name: 'flow-gone', path: '/flows/nothing' },
  { name: 'project-form', path: `/project-forms/${seeded.projectFormId}` },
  { name: 'project-form-share', path: `/project-forms/${seeded.projectFormId}`, act: button('Share') },
  { name: 'project-form-gone', path: '/project-forms/nothing' },
  { name: 'submissions', path: `/project-forms/${seeded.projectFormId}/submissions` },
  {
    name: 'submission',
    path: `/project-forms/${seeded.projectFormId}/submissions`,
    act: (page) => page.getByRole('table').getByRole('button').first().click(),
  },
  ...SHEETS,
  { name: 'form', path: `/forms/${seeded.formId}` },
  { name: 'form-missing', path: `/forms/${seeded.formId}`, act: button('Submit') },
  { name: 'form-gone', path: '/forms/nothing' },
  { name: 'public-form', path: seeded.publicFormPath },
  { name: 'response', path: seeded.approvalLink },
]

/** The pictures of the guides, by the name of the page. */
export const IN_GUIDES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['automations', 'runs', 'run-failed', 'flow', 'connect', 'import', 'form', 'response', 'pieces'].map((name) => [
      name,
      name,
    ]),
  ),
  'platform-people': 'administration',
  'platform-branding': 'administration-branding',
  'platform-single-sign-on': 'administration-single-sign-on',
  'platform-audit': 'administration-audit',
  'settings-security': 'security',
}
