import { gzipSync } from 'node:zlib'

const MB = 1024 * 1024
/** A little less than the limit of a webhook's body. */
export const LARGEST_BYTES = 25 * MB - 1024

export interface LargeBody {
  name: string
  contentType: string
  encoding?: string
  body(): Buffer
}

/** A text of a given size: numbered items between a head and a tail. */
function fill(head: string, item: (index: number) => string, tail: string, bytes = LARGEST_BYTES): Buffer {
  const parts = [head]
  let size = head.length + tail.length
  for (let index = 0; ; index++) {
    const part = item(index)
    if (size + part.length > bytes) break
    parts.push(part)
    size += part.length
  }
  return Buffer.from(parts.join('') + tail)
}

const part = (name: string, value = '1') => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const deep = `${'['.repeat(990)}${']'.repeat(990)}`
const JSON_TYPE = 'application/json'
const FORM = 'application/x-www-form-urlencoded'
const PARTS = 'multipart/form-data; boundary=x'

/** The largest bodies of each content type, in the most expensive shapes. */
export const LARGEST: readonly LargeBody[] = [
  {
    name: 'JSON, one text',
    contentType: JSON_TYPE,
    body: () => Buffer.from(JSON.stringify({ text: 'x'.repeat(LARGEST_BYTES - 20) })),
  },
  { name: 'JSON, numbers', contentType: JSON_TYPE, body: () => fill('[0', (index) => `,${index % 10}`, ']') },
  { name: 'JSON, keys', contentType: JSON_TYPE, body: () => fill('{"k":0', (index) => `,"k${index}":1`, '}') },
  { name: 'JSON, objects', contentType: JSON_TYPE, body: () => fill('[{}', () => ',{}', ']') },
  { name: 'JSON, deep', contentType: JSON_TYPE, body: () => fill('[0', () => `,${deep}`, ']') },
  {
    name: 'JSON in gzip',
    contentType: JSON_TYPE,
    encoding: 'gzip',
    body: () => gzipSync(fill('[0', () => ',0', ']')),
  },
  { name: 'form, names', contentType: FORM, body: () => fill('a=1', (index) => `&f${index}=1`, '') },
  { name: 'form, one name', contentType: FORM, body: () => fill('a=1', () => '&a=1', '') },
  { name: 'parts, one name', contentType: PARTS, body: () => fill('', () => part('a'), '--x--\r\n') },
  { name: 'parts, names', contentType: PARTS, body: () => fill('', (index) => part(`f${index}`), '--x--\r\n') },
  {
    name: 'parts, one file',
    contentType: PARTS,
    body: () => fill(part('a" ; filename="a.bin').slice(0, -3), () => 'x'.repeat(1000), '\r\n--x--\r\n'),
  },
  { name: 'XML, tags', contentType: 'text/xml', body: () => fill('<a>', () => '<b>1</b>', '</a>') },
  { name: 'XML, attributes', contentType: 'text/xml', body: () => fill('<a', (index) => ` b${index}="1"`, '/>') },
  { name: 'text', contentType: 'text/plain; charset=iso-8859-1', body: () => Buffer.alloc(LARGEST_BYTES, 0xe9) },
  { name: 'bytes', contentType: 'application/octet-stream', body: () => Buffer.alloc(LARGEST_BYTES, 1) },
]
