import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createLog } from '../../log.ts'
import { loadSettings } from '../../settings.ts'
import { startTestBucket, type TestBucket } from '../../testing/s3.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { openStorage } from './open-storage.ts'
import { createFiles } from './service.ts'

let bucket: TestBucket
/** Passes files through. */
let server: TestServer
/** Sends readers to the bucket. */
let linking: TestServer

beforeAll(async () => {
  bucket = await startTestBucket()
  server = await startTestServer(bucket.env)
  linking = await startTestServer({ ...bucket.env, AP_S3_USE_SIGNED_URLS: 'true' })
})

afterAll(async () => {
  await Promise.all([server, linking].map((each) => each?.[Symbol.asyncDispose]()))
  await bucket?.[Symbol.asyncDispose]()
})

const CONTENT = 'a line of a report\n'.repeat(1000)

async function upload({ server, call }: TestServer, { projectId, platformId }: Person): Promise<string> {
  const token = await server.tokens.engine({ id: 'run', projectId, platformId })
  const form = new FormData()
  form.set('flowId', 'flow')
  form.set('stepName', 'step_1')
  form.set('fileName', 'Bücher & more.txt')
  form.set('file', new Blob([CONTENT], { type: 'text/plain' }), 'report.txt')
  const { body } = await call<{ url: string }>('POST', '/v1/step-files', { token, body: form })
  return `/v1/step-files/signed${new URL(body.url).search}`
}

test('the bytes of a file are in the bucket, its row in the database; it is read and removed through the server', async () => {
  const owner = await signUpOwner(server)
  const link = await upload(server, owner)
  const row = await server.server.db
    .selectFrom('file')
    .selectAll()
    .where('projectId', '=', owner.projectId)
    .executeTakeFirstOrThrow()
  expect(row).toMatchObject({ location: 'S3', data: null, s3Key: `${owner.projectId}/FLOW_STEP_FILE/${row.id}` })
  expect(await bucket.keys()).toContain(row.s3Key)
  expect(await server.call('GET', link)).toMatchObject({ status: 200, body: CONTENT })
})

test('with signed URLs a reader is sent to the bucket, which answers as the server would', async () => {
  const owner = await signUpOwner(linking)
  const link = await upload(linking, owner)
  const sent = await linking.call('GET', link)
  const place = sent.headers.get('location') ?? ''
  expect([sent.status, new URL(place).origin]).toEqual([307, bucket.endpoint])
  const answer = await fetch(place)
  expect(answer.headers.get('content-type')).toContain('text/plain')
  expect(answer.headers.get('content-disposition')).toContain("filename*=UTF-8''B%C3%BCcher%20%26%20more.txt")
  expect(await answer.text()).toBe(CONTENT)
  expect((await linking.call('GET', '/v1/step-files/signed', { query: { token: 'x' } })).status).toBe(401)
})

test('files of the time before the bucket stay readable; what is removed leaves the bucket too', async () => {
  const { db } = server.server
  const { projectId } = await db.selectFrom('file').select('projectId').executeTakeFirstOrThrow()
  const owner = { projectId: projectId ?? '' }
  const data = new TextEncoder().encode(CONTENT)
  const old = await createFiles({ db }).save({ owner, type: 'SAMPLE_DATA', data })
  const { settings } = loadSettings(bucket.env)
  const files = createFiles({ db, storage: await openStorage(settings, createLog(settings)) })
  const recent = await files.save({ owner, type: 'SAMPLE_DATA', data })
  const contents = await files.readMany(owner, [old, recent])
  expect([old, recent].map((id) => new TextDecoder().decode(contents.get(id)))).toEqual([CONTENT, CONTENT])
  const key = `${projectId}/SAMPLE_DATA/${recent}`
  expect(await bucket.keys()).toContain(key)
  await files.remove(owner, [old, recent])
  expect(await bucket.keys()).not.toContain(key)
})

test('with AP_S3_USE_IRSA the keys are those that the role of the service account is given', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-irsa-'))
  const asked: string[] = []
  // The token service of Amazon, as far as a service account calls it.
  const sts = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    asked.push(body)
    response
      .setHeader('content-type', 'text/xml')
      .end(`<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>
      <Credentials><AccessKeyId>S3RVER</AccessKeyId><SecretAccessKey>S3RVER</SecretAccessKey>
      <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
      </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`)
  }).listen(0, '127.0.0.1')
  await once(sts, 'listening')
  try {
    const address = sts.address()
    const port = typeof address === 'object' ? address?.port : 0
    await writeFile(join(folder, 'token'), 'the token of the pod')
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/piecework')
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'))
    vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${port}`)
    const { AP_S3_ACCESS_KEY_ID: _, AP_S3_SECRET_ACCESS_KEY: __, ...env } = bucket.env
    const { settings } = loadSettings({ ...env, AP_S3_USE_IRSA: 'true' })
    const storage = await openStorage(settings, createLog(settings))
    const place = await storage.write('irsa', new TextEncoder().encode(CONTENT))
    expect(new TextDecoder().decode(await storage.read(place))).toBe(CONTENT)
    expect(asked).toHaveLength(1)
    expect(new URLSearchParams(asked[0]).get('WebIdentityToken')).toBe('the token of the pod')
  } finally {
    vi.unstubAllEnvs()
    sts.closeAllConnections()
    sts.close()
    await rm(folder, { recursive: true, force: true })
  }
})
