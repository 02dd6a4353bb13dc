import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Form, FormSubmission } from '@piecework/api/graph/forms'
import { graphClient, projectKey } from '@piecework/server/testing/graph'
import { type Person, signUpOwner, startTestServer, type TestServer } from '@piecework/server/testing/server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { launchBrowser } from '../test/support/browser.ts'
import { expectAccessible } from './web/support/visit.ts'

let server: TestServer
let call: ReturnType<typeof graphClient>
let browser: Browser
let owner: Person

beforeAll(async () => {
  server = await startTestServer({ AP_FORM_SECONDS_TO_FILL: '0', AP_FRAME_ANCESTORS: '*' })
  owner = await signUpOwner(server)
  call = graphClient(server, await projectKey(server, owner))
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server[Symbol.asyncDispose]()
})

const FIELDS = [
  { name: 'name', type: 'text', label: 'Your name', required: true, min: 2, max: 20 },
  { name: 'message', type: 'textarea', label: 'Message', placeholder: 'What is it about?' },
  { name: 'email', type: 'email', label: 'E-mail', required: true },
  { name: 'age', type: 'number', label: 'Age', min: 18, max: 120 },
  { name: 'day', type: 'date', label: 'Day', required: true },
  { name: 'size', type: 'select', label: 'Size', options: ['Small', 'Large'], required: true },
  { name: 'topics', type: 'multiselect', label: 'Topics', options: ['Red', 'Green', 'Blue'], required: true, max: 2 },
  { name: 'terms', type: 'checkbox', label: 'I agree to the terms', required: true },
  { name: 'paper', type: 'file', label: 'Paper', required: true },
  { name: 'site', type: 'url', label: 'Site' },
  { name: 'phone', type: 'phone', label: 'Telephone' },
]

async function madeForm(more: object = {}): Promise<Form> {
  return (await call<Form>('POST', '/forms', { body: { name: 'Registration', fields: FIELDS, ...more } })).data
}

const pathOf = ({ url }: Form) => new URL(url).pathname

/** A page of a person; what it complains of fails the test. */
async function open(path: string, options = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load')) problems.push(message.text())
  })
  onTestFinished(async () => {
    await page.close()
    expect(problems).toEqual([])
  })
  await page.goto(server.origin + path)
  return page
}

/** For people who want to look at the pages: SCREENSHOTS names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

const submissionsOf = async ({ id }: Form) => (await call<FormSubmission[]>('GET', `/forms/${id}/submissions`)).data

test('every kind of field is filled in by keyboard, and says what does not fit', async () => {
  const form = await madeForm({ description: 'Two minutes.\nNo account.', thanks: 'We will write.' })
  const page = await open(pathOf(form))
  await page.getByRole('heading', { name: 'Registration' }).waitFor()
  await picture(page, 'project-form-1280')
  await page.getByRole('button', { name: 'Submit' }).press('Enter')
  for (const text of [
    'Fill in Your name.',
    'Fill in E-mail.',
    'Fill in Day.',
    'Choose something for Size.',
    'Choose something for Topics.',
    'Tick this box to go on.',
    'Choose a file.',
  ])
    expect(await page.getByText(text).isVisible(), text).toBe(true)
  const isFocused = (label: string) => page.getByLabel(label).evaluate((one) => one === document.activeElement)
  expect(await isFocused('Your name')).toBe(true)
  await expectAccessible(page)
  await picture(page, 'project-form-missing')

  await page.keyboard.type('A')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Line one')
  await page.keyboard.press('Tab')
  await page.keyboard.type('nobody')
  await page.keyboard.press('Tab')
  await page.keyboard.type('7')
  await page.getByLabel('Site').fill('example')
  await page.getByLabel('Telephone').fill('call me')
  for (const topic of ['Red', 'Green', 'Blue']) await page.getByRole('checkbox', { name: topic }).press('Space')
  await page
    .getByLabel('Paper')
    .setInputFiles({ name: 'big.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(1024 * 1024 + 1) })
  await page.getByRole('button', { name: 'Submit' }).press('Enter')
  for (const text of [
    'Write at least 2 characters.',
    'Write an e-mail address, such as name@example.com.',
    'The number must be at least 18.',
    'Choose at most 2.',
    'Choose a file of at most 1 MB.',
    'Write an address that begins with https:// or http://.',
    'Write a telephone number, such as +49 30 123456.',
  ])
    expect(await page.getByText(text).isVisible(), text).toBe(true)
  expect(await submissionsOf(form)).toEqual([])

  await page.getByLabel('Your name').fill('Ada')
  expect(await page.getByText('Write at least 2 characters.').isVisible()).toBe(false)
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Age', { exact: true }).fill('36.5')
  await page.getByLabel('Day').fill('2026-01-31')
  await page.getByLabel('Size').selectOption('Large')
  await page.getByRole('checkbox', { name: 'Blue' }).press('Space')
  await page.getByRole('checkbox', { name: 'I agree to the terms' }).press('Space')
  await page.getByLabel('Paper').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') })
  await page.getByLabel('Site').fill('https://example.com')
  await page.getByLabel('Telephone').fill('+49 30 123456')
  await page.getByRole('button', { name: 'Submit' }).press('Enter')
  await page.getByText('We will write.').waitFor()
  await picture(page, 'project-form-thanks')
  expect((await submissionsOf(form)).map(({ data }) => data)).toEqual([
    {
      ...{ name: 'Ada', message: 'Line one', email: 'ada@example.com', age: 36.5, day: '2026-01-31', size: 'Large' },
      ...{ topics: ['Red', 'Green'], terms: true, site: 'https://example.com', phone: '+49 30 123456' },
      paper: { name: 'a.txt', type: 'text/plain', data: Buffer.from('hello').toString('base64') },
    },
  ])
  await page.getByRole('button', { name: 'Submit another' }).click()
  expect(await page.getByLabel('Your name').inputValue()).toBe('')
})

test('a visitor reads the page in their language, in light and dark, on a phone', async () => {
  const form = await madeForm()
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await open(pathOf(form), { viewport: { width: 390, height: 844 }, locale: 'de-AT', colorScheme })
    await page.getByRole('button', { name: 'Absenden' }).click()
    await page.getByText('Füllen Sie Your name aus.').waitFor()
    await page.getByText('Wählen Sie etwas für Size aus.').waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
    expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false)
    await expectAccessible(page)
    await picture(page, `project-form-390-${colorScheme}`)
  }
})

test('a visitor on a phone sends two files with everything else, after errors at their fields', async () => {
  const receipt = { name: 'receipt', type: 'file', label: 'Receipt', required: true }
  const form = await madeForm({ fields: [...FIELDS, receipt], thanks: 'We will write.' })
  const page = await open(pathOf(form), { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const files = { paper: page.getByLabel('Paper'), receipt: page.getByLabel('Receipt') }
  const file = (name: string, size: number) => ({ name, mimeType: 'text/plain', buffer: Buffer.alloc(size, 'a') })
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Day').fill('2026-01-31')
  await page.getByLabel('Size').selectOption('Large')
  await page.getByRole('checkbox', { name: 'Red' }).tap()
  await page.getByRole('checkbox', { name: 'I agree to the terms' }).tap()
  await files.paper.setInputFiles(file('a-very-long-name-of-a-photo-that-the-phone-has-made-20260131.txt', 900_000))
  await page.getByRole('button', { name: 'Submit' }).tap()
  // The error stands at the field that it is about, and the other file stays chosen.
  await page.getByText('Choose a file.').waitFor()
  expect(await files.receipt.evaluate((one) => one === document.activeElement)).toBe(true)
  expect(await page.getByText('Choose a file.').count()).toBe(1)
  await files.receipt.setInputFiles(file('too-large.txt', 1024 * 1024 + 1))
  await page.getByRole('button', { name: 'Submit' }).tap()
  await page.getByText('Choose a file of at most 1 MB.').waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false)
  await expectAccessible(page)
  await picture(page, 'project-form-390-two-files')
  expect(await submissionsOf(form)).toEqual([])

  await files.receipt.setInputFiles(file('b.txt', 900_000))
  await page.getByRole('button', { name: 'Submit' }).tap()
  await page.getByText('We will write.').waitFor()
  const [sent] = await submissionsOf(form)
  expect(sent?.data).toMatchObject({
    paper: { name: 'a-very-long-name-of-a-photo-that-the-phone-has-made-20260131.txt', type: 'text/plain' },
    receipt: { name: 'b.txt', data: Buffer.alloc(900_000, 'a').toString('base64') },
  })
})

test('nobody sees or reaches the field for programs; what is written there is no submission', async () => {
  const form = await madeForm({ fields: [{ name: 'email', type: 'email', required: true }] })
  const page = await open(pathOf(form))
  await page.getByLabel('email').fill('a@example.com')
  const trap = page.locator('input[name=homepage]')
  expect(await page.getByRole('textbox').count()).toBe(1)
  await page.keyboard.press('Tab')
  expect(await page.getByRole('button').evaluate((one) => one === document.activeElement)).toBe(true)
  await trap.evaluate((input) => Object.assign(input, { value: 'https://spam.example.com' }))
  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByRole('heading', { name: 'Thank you' }).waitFor()
  expect(await submissionsOf(form)).toEqual([])
})

test('a form that is closed or gone says so, also while somebody fills it in; another one goes on elsewhere', async () => {
  const fields = [{ name: 'email', type: 'email', required: true }]
  const form = await madeForm({ fields })
  const page = await open(pathOf(form))
  await page.getByLabel('email').fill('a@example.com')
  await call('PATCH', `/forms/${form.id}`, { body: { status: 'closed' } })
  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByRole('heading', { name: 'This form is closed' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'project-form-closed')
  await page.reload()
  await page.getByRole('heading', { name: 'This form is closed' }).waitFor()
  await page.goto(`${server.origin}/f/nowhere`)
  await page.getByRole('heading', { name: 'This form is not here' }).waitFor()

  await page.route('https://example.com/**', (route) => route.fulfill({ contentType: 'text/html', body: 'Elsewhere' }))
  const leads = await madeForm({ fields, redirect_url: 'https://example.com/thanks' })
  await page.goto(server.origin + pathOf(leads))
  await page.getByLabel('email').fill('b@example.com')
  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByText('Elsewhere').waitFor()
  expect(page.url()).toBe('https://example.com/thanks')
  expect(await submissionsOf(leads)).toHaveLength(1)
})

test('a page of another origin shows the form in a frame', async () => {
  const form = await madeForm({ fields: [{ name: 'email', type: 'email', required: true }] })
  const snippet = `<iframe src="${server.origin}${pathOf(form)}" title="Registration" style="width: 100%; height: 640px; border: 0"></iframe>`
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>Site</title>${snippet}`)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    site.closeAllConnections()
    site.close()
  })
  const page = await open('/f/nowhere')
  await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`)
  const frame = page.frameLocator('iframe[title=Registration]')
  await frame.getByLabel('email').fill('a@example.com')
  await frame.getByRole('button', { name: 'Submit' }).click()
  await frame.getByRole('heading', { name: 'Thank you' }).waitFor()
  expect(await submissionsOf(form)).toHaveLength(1)
})

test('a page wears the colour, readable in light and dark, and the logo of its platform', async () => {
  const look = new FormData()
  look.append('primaryColor', '#ffd400')
  look.append(
    'fullLogo',
    new File(['<svg xmlns="http://www.w3.org/2000/svg"/>'], 'logo.svg', { type: 'image/svg+xml' }),
  )
  await server.call('POST', `/v1/platforms/${owner.platformId}`, { token: owner.token, body: look })
  const form = await madeForm({ fields: [{ name: 'name', type: 'text', label: 'Your name' }] })
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await open(pathOf(form), { colorScheme })
    await page.getByRole('button', { name: 'Submit' }).waitFor()
    expect(await page.locator('.brand img').getAttribute('src')).toContain('/v1/platforms/assets/')
    const fill = await page.getByRole('button').evaluate((button) => getComputedStyle(button).backgroundColor)
    expect(fill).toMatch(/^rgb\(\d+, \d+, 0\)$/)
    await expectAccessible(page)
  }
})
