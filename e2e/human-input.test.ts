import {
  codeAction,
  eventually,
  flowMaker,
  pieceAction,
  pieceTrigger,
  webhookTrigger,
} from '@piecework/server/testing/flows'
import { type Person, signUpOwner, startTestServer, type TestServer } from '@piecework/server/testing/server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../test/support/browser.ts'
import { expectAccessible } from './web/support/visit.ts'

const FORMS = '@activepieces/piece-forms'
let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>
let browser: Browser
let version = ''

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  version = (await server.call<{ version: string }>('GET', `/v1/pieces/${FORMS}`)).body.version
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server[Symbol.asyncDispose]()
})

/** A page of a person; what it complains of fails the test. */
async function open(path: string, options = {}): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // The answer of a flow may be of another origin, and the server may refuse a call.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load')) problems.push(message.text())
  })
  await page.goto(server.origin + path)
  return { page, problems }
}

/** For people who want to look at the pages: SCREENSHOTS names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

const respond = (markdown: string) => pieceAction('step_2', FORMS, version, 'return_response', { markdown })

const INPUTS = [
  { displayName: 'Full name', type: 'text', description: 'As in your passport', required: true },
  { displayName: 'What can we do for you?', type: 'text_area', description: '', required: false },
  { displayName: 'Your photo', type: 'file', description: '', required: false },
  { displayName: 'Keep me posted', type: 'toggle', description: 'One mail a month', required: true },
]

const formFlow = async (waitForResponse: boolean) => {
  const read =
    "export const code = async ({ form }) => form.fullName + '|' + form.keepMePosted + '|' + String(form.yourPhoto).slice(0, 4)"
  const flow = await flows.create(
    pieceTrigger(FORMS, version, 'form_submission', { waitForResponse, inputs: INPUTS }),
    [
      codeAction('step_1', read, { form: '{{trigger}}' }),
      respond(
        '## Hello {{step_1}}\n\n<img src=x onerror="document.title=\'broken in\'"><script>document.title="broken in"</script>\n\n[A link](https://example.com)',
      ),
    ],
  )
  await flows.publish(flow.id)
  return flow.id
}

test('a form is filled in by keyboard, says what is missing, and shows the answer without running it', async () => {
  const { page, problems } = await open(`/forms/${await formFlow(true)}`)
  await page.getByRole('heading', { name: 'A flow' }).waitFor()
  await page.getByRole('button', { name: 'Submit' }).click()
  expect(await page.getByText('Fill in Full name.').isVisible()).toBe(true)
  const name = page.getByLabel('Full name')
  expect(await name.evaluate((input) => document.activeElement === input)).toBe(true)
  await picture(page, 'form-missing')
  await page.keyboard.type('Ada Lovelace')
  expect(await page.getByText('Fill in Full name.').isVisible()).toBe(false)
  await page.getByLabel('Your photo').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') })
  await page.getByRole('switch', { name: 'Keep me posted' }).press('Space')
  await page.getByRole('button', { name: 'Submit' }).press('Enter')
  await page.getByRole('heading', { name: 'Hello Ada Lovelace|true|http' }).waitFor()
  await picture(page, 'form-answer')
  expect(await page.title()).toBe('A flow')
  expect(await page.locator('script:not([src])').count()).toBe(0)
  expect(await page.getByRole('link', { name: 'A link' }).getAttribute('rel')).toContain('noopener')
  expect(await page.locator('[onerror]').count()).toBe(0)
  // The browser refuses the handler already where the answer is taken apart, before it is thrown out.
  expect(problems.filter((text) => !text.includes('Executing inline event handler'))).toEqual([])
  await page.close()
})

test('a form without an answer thanks, and tells when nobody takes it', async () => {
  const id = await formFlow(false)
  const { page, problems } = await open(`/forms/${id}`, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await page.getByLabel('Full name').fill('Bob')
  await picture(page, 'form-390-dark')
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
  expect(wider).toBe(false)
  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByText('Your submission has been received.').waitFor()
  await page.getByRole('button', { name: 'Submit another' }).click()
  await flows.disable(id)
  await page.getByLabel('Full name').fill('Bob again')
  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByRole('alert').getByText('switched off').waitFor()
  expect(await page.getByLabel('Full name').inputValue()).toBe('Bob again')
  expect(problems).toEqual([])
  await page.close()
})

test('a chat keeps its session, takes files, and shows answers', async () => {
  const answer =
    "export const code = async ({ chat }) => ['**' + chat.message + '**', chat.sessionId, chat.files.length].join(' / ')"
  const flow = await flows.create(pieceTrigger(FORMS, version, 'chat_submission', { botName: 'Helper' }), [
    codeAction('step_1', answer, { chat: '{{trigger}}' }),
    respond('{{step_1}}'),
  ])
  await flows.publish(flow.id)
  const { page, problems } = await open(`/chats/${flow.id}`)
  const box = page.getByLabel('Message to Helper')
  await box.fill('Good day')
  await box.press('Enter')
  const answers = page.locator('.bubble.theirs')
  await answers.nth(0).waitFor()
  expect(await answers.nth(0).locator('strong').innerText()).toBe('Good day')
  const session = (await answers.nth(0).innerText()).split(' / ')[1]
  await page.locator('#files').setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
  await box.fill('With a file')
  await page.getByRole('button', { name: 'Send' }).click()
  await answers.nth(1).waitFor()
  expect(await answers.nth(1).innerText()).toContain(`With a file / ${session} / 1`)
  await picture(page, 'chat-1280')
  await page.getByRole('button', { name: 'New chat' }).click()
  await box.fill('Again')
  await box.press('Enter')
  await answers.nth(0).waitFor()
  expect(await answers.nth(0).innerText()).not.toContain(session)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture(page, 'chat-390-dark')
  expect(problems).toEqual([])
  await page.close()
})

test('pages that are not there say so, drafts are shown when asked for', async () => {
  const trigger = pieceTrigger(FORMS, version, 'form_submission', { waitForResponse: false, inputs: INPUTS })
  const draft = await flows.create(trigger)
  const { page } = await open(`/forms/${draft.id}`)
  await page.getByRole('heading', { name: 'This form is not here' }).waitFor()
  await picture(page, 'form-missing-page')
  await page.goto(`${server.origin}/forms/${draft.id}?useDraft=true`)
  await page.getByLabel('Full name').waitFor()
  await page.goto(`${server.origin}/chats/nowhere`)
  await page.getByRole('heading', { name: 'This chat is not here' }).waitFor()
  await page.close()

  const form = await server.call('GET', `/v1/human-input/form/${draft.id}`, { query: { useDraft: 'true' } })
  expect(form).toMatchObject({
    status: 200,
    body: {
      id: draft.id,
      title: 'A flow',
      projectId: owner.projectId,
      version,
      props: { inputs: INPUTS, waitForResponse: false },
    },
  })
  expect(await server.call('GET', `/v1/human-input/form/${draft.id}`)).toMatchObject({
    status: 404,
    body: { code: 'ENTITY_NOT_FOUND' },
  })
  expect((await server.call('GET', `/v1/human-input/chat/${draft.id}`, { query: { useDraft: 'true' } })).status).toBe(
    404,
  )
})

test('people who follow a link of a waiting run see a page; programs get JSON, and a second call decides nothing', async () => {
  const APPROVAL = '@activepieces/piece-approval'
  const { version: approval } = (await server.call<{ version: string }>('GET', `/v1/pieces/${APPROVAL}`)).body
  const flow = await flows.create(webhookTrigger(), [
    pieceAction('step_1', APPROVAL, approval, 'create_approval_links'),
    pieceAction('step_2', APPROVAL, approval, 'wait_for_approval'),
  ])
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  const paused = await eventually(async () => {
    const [run] = await flows.runs(flow.id)
    return run?.status === 'PAUSED' ? flows.run(run.id) : undefined
  }, 'the pause')
  const approvalLink = String(Object(paused.steps?.step_1?.output).approvalLink)
  const link = approvalLink.slice(approvalLink.indexOf('/api/'))
  const { page, problems } = await open(link, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await page.getByRole('heading', { name: 'Your response has been recorded' }).waitFor()
  await picture(page, 'approval-390-dark')
  await page.reload()
  await page.getByRole('heading', { name: 'Your response has been recorded' }).waitFor()
  expect((await flows.finished(paused.id)).steps?.step_2?.output).toMatchObject({ approved: true })
  await page.goto(server.origin + link)
  await page.getByRole('heading', { name: 'This link has expired' }).waitFor()
  const program = await fetch(server.origin + link)
  expect(await program.json()).toEqual({
    message: 'This link has expired. The action may have already been processed.',
  })
  expect(problems).toEqual([])
  await page.close()
})

test('a visitor reads the page in their language, and everybody can use it on a phone', async () => {
  const { page, problems } = await open(`/forms/${await formFlow(false)}`, {
    ...{ viewport: { width: 390, height: 844 }, locale: 'de-AT' },
  })
  await page.getByRole('button', { name: 'Absenden' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Absenden' }).click()
  await page.getByText('Füllen Sie Full name aus.').waitFor()
  await page.getByLabel('Full name').fill('Ada')
  await page.getByLabel('Your photo').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') })
  await page.getByText('a.png').waitFor()
  await page.getByRole('button', { name: 'Absenden' }).click()
  await page.getByRole('heading', { name: 'Vielen Dank' }).waitFor()
  expect(problems).toEqual([])
  await page.close()
  for (const [asked, title] of [
    ['de-AT, en;q=0.5', 'Ihre Antwort ist angekommen'],
    ['fr, en;q=0.4, de;q=0.2', 'Your response has been recorded'],
    ['', 'Your response has been recorded'],
  ] as const) {
    const answer = await fetch(`${server.origin}/responses/recorded`, { headers: { 'accept-language': asked } })
    expect(await answer.text(), asked).toContain(`<h1>${title}</h1>`)
  }
})
