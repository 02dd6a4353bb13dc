import { expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { xml } from './index.ts'

const convert = (json: unknown, more: object = {}) => runAction(xml, 'convert-json-to-xml', { json, ...more })

it('writes elements, lists, attributes and escaped text', async () => {
  const json = { order: { attr: { id: 7, open: true }, item: ['a < b', { name: 'x' }] } }
  expect(await convert(json)).toBe('<order id="7" open="true"><item>a &lt; b</item><item><name>x</name></item></order>')
})

it('takes attributes from another field and adds the header when asked', async () => {
  expect(await convert({ a: { $: { b: '"' } } }, { attributes_key: '$', header: true })).toBe(
    '<?xml version="1.0" encoding="utf-8"?>\n<a b="&quot;"></a>',
  )
})

it('refuses what is no JSON object, and keys that cannot be elements', async () => {
  await expect(convert('text')).rejects.toThrow('object or a list')
  await expect(convert({ 'my key': 1 })).rejects.toThrow('Not a name of an XML element: my key')
})
