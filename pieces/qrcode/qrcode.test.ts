import { expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { qrcode } from './index.ts'

it('stores a PNG', async () => {
  const { output, recorded } = await runRecorded(qrcode, 'text_to_qrcode', { text: 'https://example.com' })
  const [[url, file] = []] = recorded.files
  expect(output).toBe(url)
  expect(file?.fileName).toBe('qr-code.png')
  expect(file?.data.subarray(1, 4).toString()).toBe('PNG')
})

it('refuses a text that does not fit', async () => {
  await expect(runAction(qrcode, 'text_to_qrcode', { text: 'x'.repeat(5000) })).rejects.toThrow(/too big/)
  await expect(runAction(qrcode, 'text_to_qrcode', { text: '' })).rejects.toThrow('empty')
})
