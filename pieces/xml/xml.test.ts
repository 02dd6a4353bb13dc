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

const read = (text: string, more: object = {}) => runAction(xml, 'convert-xml-to-json', { xml: text, ...more })

it('reads elements, lists, attributes and numbers, with or without attributes', async () => {
  const text = '<?xml version="1.0"?><order id="7"><item>a &lt; b</item><item>2</item></order>'
  expect(await read(text)).toEqual({ order: { '@_id': '7', item: ['a < b', 2] } })
  expect(await read(text, { ignoreAttributes: true })).toEqual({ order: { item: ['a < b', 2] } })
})

it('refuses a text that is no XML and says where', async () => {
  await expect(read('<a>\n<b></a>')).rejects.toThrow(/The text is not XML: .*\(line 2\)/)
  await expect(read('no markup')).rejects.toThrow('The text is not XML')
})
