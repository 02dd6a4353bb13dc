import { joinProject, type Person } from '../../e2e/web/support/person.ts'
import { Client } from '../../packages/sdk-js/src/index.ts'

/** People and names that need more room than most. */
const LONG_PROJECT = 'Orders, returns and everything else that the warehouse of the harbour has to know'

export interface SeededSettings {
  projectFormId: string
  /** The page of that form, for visitors. */
  publicFormPath: string
  /** Somebody whose role lets them see runs alone. */
  auditor: Person
}

/** Fills the pages of settings and administration. */
export async function seedSettings(origin: string, owner: Person): Promise<SeededSettings> {
  const { api, projectId, token } = owner
  await api.userInvitations.createMany({
    body: {
      type: 'PLATFORM',
      platformRole: 'MEMBER',
      emails: ['lena@harbour.example', 'a.person.with.a.very.long.address@subsidiary.harbour.example'],
    },
  })
  const role = await api.projectRoles.create({
    body: { name: 'Auditor', permissions: ['READ_RUN'], type: 'CUSTOM' },
  })
  const team = await api.projects.create({ body: { displayName: LONG_PROJECT } })
  const joining = { projectId: team.id, role: role.name, firstName: 'Otto' }
  const auditor = await joinProject(origin, owner, joining)
  await joinProject(origin, owner, { projectId: team.id, role: 'Editor', firstName: 'Maximiliane' })
  for (const displayName of ['Shop', 'Nightly export of every order to the warehouse']) {
    await api.apiKeys.create({ body: { displayName } })
    await api.signingKeys.create({ body: { displayName } })
    await api.projectKeys.create({ body: { projectId, displayName, scopes: ['read'] } })
    await api.personalTokens.create({ body: { displayName, permissions: ['READ_FLOW', 'READ_RUN'] } })
  }
  await api.alerts.create({ body: { projectId, channel: 'EMAIL', receiver: 'operations@harbour.example' } })
  await api.alerts.create({
    body: {
      projectId,
      channel: 'WEBHOOK',
      receiver: 'https://hooks.harbour.example/teams/operations/alerts/piecework',
    },
  })
  await api.oauthApps.upsert({
    body: { pieceName: '@activepieces/piece-http', clientId: '58214-harbour.apps.example', clientSecret: 'a secret' },
  })
  for (const path of ['', '/audit/piecework/with/a/long/path/for/the/archive'])
    await api.eventDestinations.create({
      body: {
        events: ['flow.created', 'flow.updated', 'folder.created'],
        url: `https://events.harbour.example${path}`,
      },
    })
  await api.folders.create({ body: { displayName: 'People', projectId } })
  const graph = new Client(token, { baseUrl: origin, projectId })
  await graph.webhooks.create({
    url: 'https://hooks.harbour.example/piecework/orders',
    events: ['workflow.executed', 'workflow.failed', 'form.submitted'],
  })
  const form = await graph.forms.create({
    name: 'Registration for the spring fair',
    description: 'Tell us who comes, and what you like to see.',
    fields: [
      { name: 'email', type: 'email', required: true, label: 'Your e-mail' },
      { name: 'size', type: 'select', required: true, label: 'Size of the stand', options: ['Small', 'Large'] },
      { name: 'guests', type: 'number', required: false, label: 'Guests', min: 1, max: 20 },
      { name: 'message', type: 'textarea', required: false, label: 'Message' },
    ],
  })
  await graph.forms.create({
    name: 'Complaint',
    fields: [{ name: 'text', type: 'textarea', required: true, label: 'What went wrong?' }],
    status: 'closed',
  })
  for (const [email, size, message] of [
    ['mara@harbour.example', 'Large', 'We bring a crane.'],
    [
      'a.person.with.a.very.long.address@subsidiary.harbour.example',
      'Small',
      'Nothing more to say than that we come. '.repeat(6),
    ],
  ])
    await graph.forms.submit(form.id, { email, size, guests: 4, message })
  return { projectFormId: form.id, publicFormPath: new URL(form.url).pathname, auditor }
}
