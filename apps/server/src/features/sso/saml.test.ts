import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSamlProvider } from '../../testing/saml-provider.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let idp: Awaited<ReturnType<typeof startSamlProvider>>
beforeAll(async () => {
  idp = await startSamlProvider()
  server = await startTestServer({
    AP_FRONTEND_URL: 'http://localhost:3000',
    AP_SSRF_ALLOW_LIST: '127.0.0.1',
    AP_SSO_ALLOW_HTTP: 'true',
  })
  owner = await signUpOwner(server)
  expect((await setSaml({ idpMetadata: idp.metadata, idpCertificate: idp.certificate })).status).toBe(200)
})
afterAll(() => server?.[Symbol.asyncDispose]())

const setSaml = (saml: object | null) =>
  server.call<{ federatedAuthProviders: object }>('POST', `/v1/platforms/${owner.platformId}`, {
    token: owner.token,
    body: { federatedAuthProviders: { saml } },
  })

async function begin() {
  const answer = await fetch(`${server.origin}/api/v1/authn/saml/login`, { redirect: 'manual' })
  expect(answer.status).toBe(302)
  const [set = ''] = answer.headers.getSetCookie()
  const request = idp.requestIn(answer.headers.get('location') ?? '')
  return { cookie: set.split(';')[0] ?? '', request, id: /\sID="([^"]+)"/.exec(request)?.[1] ?? '' }
}

/** The browser posts the form of the identity provider. */
async function post(xml: string) {
  const body = new URLSearchParams({
    SAMLResponse: Buffer.from(xml).toString('base64'),
    RelayState: 'https://evil.example',
  })
  const answer = await fetch(`${server.origin}/api/v1/authn/saml/acs`, { method: 'POST', body, redirect: 'manual' })
  const location = answer.headers.get('location')
  const text = await answer.text()
  return {
    status: answer.status,
    location,
    text,
    code: location ? (new URL(location).searchParams.get('code') ?? '') : '',
  }
}

async function claim(code: string, cookie: string) {
  const answer = await fetch(`${server.origin}/api/v1/authn/federated/claim`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ providerName: 'saml', code }),
  })
  return {
    status: answer.status,
    body: (await answer.json()) as { id: string; email: string; firstName: string; code?: string; token?: string },
  }
}

const expectRefused = (answer: Awaited<ReturnType<typeof post>>, what: string) =>
  expect([answer.status, answer.location], what).toEqual([
    303,
    'http://localhost:3000/authenticate?providerName=saml&error=INVALID_SAML_RESPONSE',
  ])

test('somebody signs in by SAML, in the browser that began it, once', async () => {
  const { cookie, request, id } = await begin()
  expect(request).toContain('>Activepieces<')
  const posted = await post(await idp.answer(id, 'sam@example.com'))
  expect([posted.status, posted.location], posted.text).toEqual([
    303,
    expect.stringMatching(/^http:\/\/localhost:3000\/authenticate\?providerName=saml&code=/),
  ])
  const other = await begin()
  expect((await claim(posted.code, other.cookie)).status).toBe(400)
  expect((await claim('guess', cookie)).status).toBe(400)
  const session = await claim(posted.code, cookie)
  expect(session).toMatchObject({ status: 200, body: { email: 'sam@example.com', firstName: 'Sam' } })
  expect((await claim(posted.code, cookie)).status).toBe(400)
  const again = await begin()
  const second = await claim((await post(await idp.answer(again.id, 'sam@example.com'))).code, again.cookie)
  expect(second.body.id).toBe(session.body.id)
})

test('answers that the identity provider did not sign for this request are refused', async () => {
  const { id } = await begin()
  const good = await idp.answer(id, 'sam@example.com')
  const lies: Record<string, string> = {
    'another key': await idp.answer(id, 'owner@example.com', { by: 'others' }),
    'no signature': await idp.answer(id, 'owner@example.com', { signAssertion: false }),
    'the response alone is signed': await idp.answer(id, 'owner@example.com', {
      signAssertion: false,
      signResponse: true,
    }),
    'another audience': await idp.answer(id, 'owner@example.com', { audience: 'SomebodyElse' }),
    'out of date': await idp.answer(id, 'owner@example.com', { lifetimeInSeconds: -3600 }),
    'another issuer': await idp.answer(id, 'owner@example.com', { issuer: 'urn:evil' }),
    'a request that nobody made': await idp.answer('_abcdef', 'owner@example.com'),
    'no request': good.replaceAll(/ InResponseTo="[^"]*"/g, ''),
    'changed after it was signed': good.replaceAll('sam@example.com', 'owner@example.com'),
    'no XML': 'x',
  }
  for (const [what, xml] of Object.entries(lies)) expectRefused(await post(xml), what)
  const posted = await post(good)
  expect(posted.status, posted.text).toBe(303)
  expectRefused(await post(good), 'a replay')
})

test('a signed assertion that is wrapped into another answer proves nothing', async () => {
  const { id } = await begin()
  const good = await idp.answer(id, 'sam@example.com')
  const signed = /<saml:Assertion.*<\/saml:Assertion>/s.exec(good)?.[0] ?? ''
  expect(signed).toContain('SignatureValue')
  const signature = /<(\w+:)?Signature\b.*<\/(\w+:)?Signature>/s.exec(signed)?.[0] ?? ''
  const evil = signed
    .replace(signature, '')
    .replaceAll('sam@example.com', 'owner@example.com')
    .replace(/ID="[^"]+"/, 'ID="_evil"')
  const withSignature = evil.replace('<saml:Subject>', `${signature}<saml:Subject>`)
  const hidden = (inside: string) => `<samlp:Extensions>${inside}</samlp:Extensions>`
  const wrapped: Record<string, string> = {
    'the evil one first': good.replace(signed, evil + signed),
    'the evil one last': good.replace(signed, signed + evil),
    'the signed one hidden in front': good.replace(signed, hidden(signed) + evil),
    'the signed one hidden behind': good.replace(signed, evil + hidden(signed)),
    'the signed one inside of the evil signature': good.replace(
      signed,
      withSignature.replace(
        /<\/(\w+:)?Signature>/,
        (end) => `<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${signed}</ds:Object>${end}`,
      ),
    ),
    'the signed one inside of the evil one': good.replace(
      signed,
      evil.replace('</saml:Assertion>', `${signed}</saml:Assertion>`),
    ),
    'two with one id': good.replace(signed, evil.replace('_evil', /ID="([^"]+)"/.exec(signed)?.[1] ?? '') + signed),
  }
  for (const [what, xml] of Object.entries(wrapped)) {
    expect(xml, what).not.toBe(good)
    expectRefused(await post(xml), what)
  }
})

test('entities, comments and instructions in an answer are refused before they are read', async () => {
  const { id } = await begin()
  const email = 'owner@example.com.evil.example'
  const good = await idp.answer(id, email)
  const doctype = (inside: string) => `<?xml version="1.0"?><!DOCTYPE a [${inside}]>${good}`
  const bombs = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
  for (const [what, xml] of Object.entries({
    'an external entity': doctype('<!ENTITY x SYSTEM "file:///etc/passwd">').replaceAll(email, '&x;'),
    'an entity bomb': doctype(bombs).replaceAll(email, '&b;'),
    'a comment that cuts an address': good.replaceAll(email, 'owner@example.com<!-- -->.evil.example'),
    'an instruction': good.replaceAll(email, 'owner@example.com<?x y?>.evil.example'),
    'a section of text': good.replaceAll(email, 'owner@example.com<![CDATA[]]>.evil.example'),
  }))
    expectRefused(await post(xml), what)
  const huge = await post('a'.repeat(2_000_000))
  expect(huge.status).toBe(413)
})

test('metadata come as XML or by URL, and say what is missing', async () => {
  const http = createServer((_, response) => response.end(idp.metadata))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/metadata`
  const certificate = idp.certificate.replaceAll(/-----[A-Z ]+-----/g, '')
  try {
    const set = await setSaml({ idpMetadata: url, idpCertificate: certificate })
    expect(set).toMatchObject({ status: 200, body: { federatedAuthProviders: { saml: {} } } })
  } finally {
    http.close()
  }
  const wrong: [string, string][] = [
    ['nothing', idp.certificate],
    ['<a/>', idp.certificate],
    [idp.metadata.replace('HTTP-Redirect', 'HTTP-Artifact'), idp.certificate],
    [idp.metadata.replace(idp.entryPoint, 'javascript:alert(1)'), idp.certificate],
    [`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${idp.metadata}`, idp.certificate],
    ['http://169.254.169.254/latest', idp.certificate],
    [idp.metadata, 'no certificate'],
  ]
  for (const [idpMetadata, idpCertificate] of wrong)
    expect(await setSaml({ idpMetadata, idpCertificate }), idpMetadata).toMatchObject({
      status: 409,
      body: { code: 'VALIDATION' },
    })
  expect((await begin()).id).not.toBe('')
})

test('an assertion does not stand for the second factor that a platform requires', async () => {
  const require = (secondFactorRequired: boolean) =>
    server.call('POST', `/v1/platforms/${owner.platformId}`, { token: owner.token, body: { secondFactorRequired } })
  const signIn = async () => {
    const { cookie, id } = await begin()
    return claim((await post(await idp.answer(id, 'sam@example.com'))).code, cookie)
  }
  expect((await require(true)).status).toBe(200)
  const asked = await signIn()
  expect(asked).toMatchObject({ status: 403, body: { code: 'SECOND_FACTOR_REQUIRED', params: { step: 'SET_UP' } } })
  expect(asked.body.token).toBeUndefined()
  expect((await require(false)).status).toBe(200)
  expect((await signIn()).status).toBe(200)
})
