import { ApFile } from '@piecework/framework'
import { describe, expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { fileHelper } from './index.ts'

const text = new ApFile('note.txt', Buffer.from('grün'), 'txt')

async function stored(name: string, values: Record<string, unknown>) {
  const { output, recorded } = await runRecorded(fileHelper, name, values)
  return { output, files: [...recorded.files].map(([url, file]) => ({ url, ...file })) }
}

describe('a file', () => {
  it('is read as text or base64', async () => {
    expect(await runAction(fileHelper, 'read_file', { file: text, readOptions: 'text' })).toEqual({ text: 'grün' })
    expect(await runAction(fileHelper, 'read_file', { file: text, readOptions: 'base64' })).toEqual({
      base64: 'Z3LDvG4=',
      base64WithMimeType: 'data:text/plain;base64,Z3LDvG4=',
    })
    await expect(runAction(fileHelper, 'read_file', { file: text, readOptions: 'x' })).rejects.toThrow('Unknown output')
  })

  it('is made of text in an encoding', async () => {
    const { output, files } = await stored('createFile', { content: '6869', fileName: 'a.txt', encoding: 'hex' })
    expect(output).toEqual({ fileName: 'a.txt', url: files[0]?.url })
    expect(files[0]?.data.toString()).toBe('hi')
    await expect(stored('createFile', { content: '', fileName: ' ', encoding: 'utf8' })).rejects.toThrow('needs a name')
    await expect(stored('createFile', { content: '', fileName: 'a', encoding: 'x' })).rejects.toThrow(
      'Unknown encoding',
    )
  })

  it('is converted between encodings', async () => {
    const { output, files } = await stored('change_file_encoding', {
      inputFile: text,
      inputEncoding: 'utf8',
      outputFileName: 'b.txt',
      outputEncoding: 'latin1',
    })
    expect(output).toBe(files[0]?.url)
    expect(files[0]?.data).toEqual(Buffer.from([0x67, 0x72, 0xfc, 0x6e]))
  })

  it('has a type and a name', async () => {
    const check = (mimeTypes: string, file = text) => runAction(fileHelper, 'checkFileType', { file, mimeTypes })
    expect(await check('text/plain')).toEqual({ mimeType: 'text/plain', isMatch: true })
    expect(await check('text/plain', new ApFile('data', Buffer.of()))).toEqual({
      mimeType: 'application/octet-stream',
      isMatch: false,
    })
    expect(await runAction(fileHelper, 'get_file_name', { file: text })).toEqual({ fileName: 'note.txt' })
  })
})

describe('an archive', () => {
  const zip = async (more: object = {}) => {
    const items = [{ file: text }, { file: new ApFile('b.bin', Buffer.alloc(1000)), filePath: 'folder/b.bin' }]
    const { files } = await stored('zipFiles', { files: items, outputFileName: 'all', ...more })
    expect(files[0]?.fileName).toBe('all.zip')
    return new ApFile('all.zip', files[0]?.data ?? Buffer.of(), 'zip')
  }

  it.each([
    [{}],
    [{ usePassword: true, passwordOptions: { password: 's', encryptionMethod: 'zipcrypto' } }],
    [{ usePassword: true, passwordOptions: { password: 's', encryptionMethod: 'aes-256' } }],
  ])('packs and unpacks with %o', async (options) => {
    const { output, files } = await stored('unzipFile', { file: await zip(options), maxResults: 2, ...options })
    expect(output).toEqual([
      { file: files[0]?.url, filePath: 'note.txt' },
      { file: files[1]?.url, filePath: 'folder/b.bin' },
    ])
    expect(files.map((file) => file.fileName)).toEqual(['note.txt', 'b.bin'])
    expect(files[0]?.data.toString()).toBe('grün')
  })

  it('with too many files, with a password or that is none is refused', async () => {
    const secret = { usePassword: true, passwordOptions: { password: 's' } }
    await expect(stored('unzipFile', { file: await zip(), maxResults: 1 })).rejects.toThrow('more than the limit of 1')
    await expect(stored('unzipFile', { file: await zip(secret) })).rejects.toThrow('needs a password')
    const wrong = { usePassword: true, passwordOptions: { password: 'x' } }
    await expect(stored('unzipFile', { file: await zip(secret), ...wrong })).rejects.toThrow('or another one')
    const files = Array.from({ length: 10_001 }, (_, n) => ({ file: new ApFile('x', Buffer.of()), filePath: `${n}` }))
    await expect(stored('unzipFile', { file: await zip({ files }) })).rejects.toThrow('more than 10000 files')
    await expect(stored('unzipFile', { file: text })).rejects.toThrow('not a ZIP archive')
    await expect(zip({ usePassword: true, passwordOptions: {} })).rejects.toThrow('password is empty')
  })
})
