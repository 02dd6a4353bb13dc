import { ApFile } from '@piecework/framework'
import { decrypt, generateKey, readMessage, readPrivateKey } from 'openpgp'
import { describe, expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { crypto } from './index.ts'

const run = (name: string, values: Record<string, unknown>) => runAction(crypto, name, values)

describe('text', () => {
  it('is hashed', async () => {
    expect(await run('hash-text', { method: 'md5', text: 'abc' })).toBe('900150983cd24fb0d6963f7d28e17f72')
    expect(await run('hash-text', { method: 'sha3-512', text: 'abc' })).toMatch(/^b751850b1a57168a/)
    await expect(run('hash-text', { method: 'crc', text: 'abc' })).rejects.toThrow('Unknown method: crc')
  })

  it('is signed with a key in any encoding', async () => {
    const sign = (secretKey: string, secretKeyEncoding: string, outputEncoding?: string) =>
      run('hmac-signature', { secretKey, secretKeyEncoding, method: 'sha256', text: 'abc', outputEncoding })
    const expected = '9c196e32dc0175f86f4b1cb89289d6619de6bee699e4c378e68309ed97a1a6ab'
    expect(await sign('key', 'utf-8')).toBe(expected)
    expect(await sign('6b6579', 'hex', 'hex')).toBe(expected)
    expect(await sign('a2V5', 'base64', 'base64')).toBe(Buffer.from(expected, 'hex').toString('base64'))
    await expect(sign('xyz', 'hex')).rejects.toThrow('not hex')
  })

  it('is base64 and back', async () => {
    expect(await run('base64-encode', { text: 'grün' })).toBe('Z3LDvG4=')
    expect(await run('base64-decode', { text: 'Z3LD\nvG4=' })).toBe('grün')
    await expect(run('base64-decode', { text: 'not base64!' })).rejects.toThrow('not base64')
  })
})

describe('a password', () => {
  const generate = (length: number, characterSet = 'alphanumeric') => run('generate-password', { length, characterSet })

  it('has the length and characters asked for, and is new each time', async () => {
    expect(await generate(256)).toMatch(/^[A-Za-z0-9]{256}$/)
    expect(await generate(200, 'alphanumeric-symbols')).toMatch(/[^A-Za-z0-9]/)
    expect(await generate(20)).not.toBe(await generate(20))
  })

  it('has a bounded length', async () => {
    await expect(generate(257)).rejects.toThrow('from 1 to 256')
    await expect(generate(0)).rejects.toThrow('from 1 to 256')
  })
})

describe('OpenPGP', () => {
  it('encrypts a file that the owner of the key can read', async () => {
    const { privateKey, publicKey } = await generateKey({ userIDs: [{ name: 'Ada' }], format: 'armored' })
    const file = new ApFile('a.txt', Buffer.from('secret'))
    const { output, recorded } = await runRecorded(crypto, 'openpgpEncrypt', { file, publicKey })
    const [[url, stored] = []] = recorded.files
    expect(output).toEqual({ success: true, filename: 'a.txt.pgp', file: url })
    const { data } = await decrypt({
      message: await readMessage({ binaryMessage: new Uint8Array(stored?.data ?? []) }),
      decryptionKeys: await readPrivateKey({ armoredKey: privateKey }),
    })
    expect(data).toBe('secret')
  })

  it('tells what is wrong with a key instead of failing', async () => {
    const file = new ApFile('a.txt', Buffer.from('secret'))
    expect(await run('openpgpEncrypt', { file, publicKey: 'nonsense' })).toEqual({
      success: false,
      error: expect.stringMatching(/armored/i),
    })
  })
})
