import { extensionOf as usualExtension } from '@piecework/model/mime-types'

/** A file as piece code receives it. */
export class ApFile {
  readonly filename: string
  readonly data: Buffer
  readonly extension: string | undefined

  constructor(filename: string, data: Buffer, extension?: string) {
    this.filename = filename
    this.data = data
    this.extension = extension
  }

  get base64(): string {
    return this.data.toString('base64')
  }
}

const DATA_URI = /^data:([^;,]+)(?:;[\w-]+=[^;,]*)*;base64,([A-Za-z0-9+/=\s]*)$/

/**
 * Reads the value of a FILE property: a data URI or a URL. Base64 without its type is not accepted.
 * @returns null when there is no file to be had
 */
export async function readFileValue(value: string): Promise<ApFile | null> {
  const [, mime, content] = DATA_URI.exec(value) ?? []
  if (mime !== undefined && content !== undefined) {
    const extension = extensionOf(mime)
    return new ApFile(`unknown.${extension}`, Buffer.from(content, 'base64'), extension)
  }
  if (!/^https?:\/\//i.test(value)) return null
  try {
    const response = await fetch(value)
    if (!response.ok) return null
    const name = fileNameOf(value, response.headers)
    return new ApFile(name, Buffer.from(await response.arrayBuffer()), name.slice(name.lastIndexOf('.') + 1))
  } catch {
    return null
  }
}

function fileNameOf(url: string, headers: Headers): string {
  const disposition = headers.get('content-disposition') ?? ''
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1]
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1]
  const last = new URL(url).pathname.split('/').at(-1) ?? ''
  const mime = headers.get('content-type')?.split(';')[0]?.trim()
  if (encoded !== undefined) return decoded(encoded)
  if (plain !== undefined) return plain
  return last.includes('.') ? decoded(last) : `unknown.${mime ? extensionOf(mime) : 'bin'}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Media types for which flows know another extension than the usual one. */
const KNOWN_EXTENSIONS = new Map([
  ['image/jpeg', 'jpeg'],
  ['text/xml', 'xml'],
])
const extensionOf = (mime: string): string =>
  KNOWN_EXTENSIONS.get(mime.toLowerCase()) ?? usualExtension(mime.toLowerCase()) ?? 'bin'
