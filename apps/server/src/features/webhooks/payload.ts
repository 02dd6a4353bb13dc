import { AppError } from '@piecework/model/errors'
import { XMLParser } from 'fast-xml-parser'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import qs from 'qs'

/** What a webhook call hands to the trigger (spec: facts/engine.md section 12). */
export interface WebhookPayload {
  method: string
  headers: Record<string, unknown>
  queryParams: Record<string, unknown>
  body: unknown
  /** The body as it came, when it is text. */
  rawBody?: string
}

/** Stores a file that came with a call; resolves to the URL from which flows read it. */
export type SaveFile = (file: { fileName: string; data: Uint8Array; mimeType: string }) => Promise<string>

/** The same, for files of any flow. */
export type SaveFlowFile = (file: Parameters<SaveFile>[0] & { projectId: string; flowId: string }) => Promise<string>

/** Hands the bodies of a scope's routes on as the bytes that they are, whatever their content type. */
export function takeAnyBody(scope: FastifyInstance, limitBytes: number): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limitBytes }, (_request, body, done) =>
    done(null, body),
  )
}

const xml = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@_', processEntities: false })

/**
 * Reads a call by its content type: JSON, forms, XML and text become values, files and other bytes are stored.
 * @throws AppError INVALID_REQUEST for a body that is not what its content type says.
 */
export async function readPayload(request: FastifyRequest, save: SaveFile): Promise<WebhookPayload> {
  const head = {
    method: request.method,
    headers: request.headers as Record<string, unknown>,
    queryParams: request.query as Record<string, unknown>,
  }
  const bytes = request.body
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return { ...head, body: {} }
  const contentType = request.headers['content-type'] ?? ''
  const mimeType = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (mimeType === 'multipart/form-data') return { ...head, body: await readForm(bytes, contentType, save) }
  const read = textReader(mimeType)
  if (!read)
    return {
      ...head,
      body: { fileUrl: await save({ fileName: `file.${extension(mimeType)}`, data: bytes, mimeType }) },
    }
  const rawBody = bytes.toString('utf8')
  return { ...head, body: read(rawBody), rawBody }
}

function textReader(mimeType: string): ((text: string) => unknown) | undefined {
  if (mimeType === 'application/json' || mimeType.endsWith('+json')) return readJson
  if (mimeType === 'application/x-www-form-urlencoded') return (text) => qs.parse(text)
  if (mimeType === 'application/xml' || mimeType === 'text/xml' || mimeType.endsWith('+xml')) return readXml
  if (mimeType === '' || mimeType.startsWith('text/')) return (text) => text
  return undefined
}

/** Some senders put a byte order mark in front. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch (error) {
    throw new AppError('INVALID_REQUEST', {
      message: `body: is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}

function readXml(text: string): unknown {
  try {
    return xml.parse(text, true)
  } catch (error) {
    throw new AppError('INVALID_REQUEST', {
      message: `body: is not valid XML: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}

/** A field that comes more than once becomes a list; files become URLs. */
async function readForm(bytes: Buffer, contentType: string, save: SaveFile): Promise<Record<string, unknown>> {
  let form: FormData
  try {
    form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData()
  } catch {
    throw new AppError('INVALID_REQUEST', { message: 'body: is not a valid multipart form' })
  }
  const fields = new Map<string, unknown[]>()
  for (const [name, value] of form) {
    const field =
      typeof value === 'string'
        ? value
        : await save({
            fileName: value.name || 'file',
            data: new Uint8Array(await value.arrayBuffer()),
            mimeType: value.type,
          })
    fields.set(name, [...(fields.get(name) ?? []), field])
  }
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]))
}

const extension = (mimeType: string): string => /\/([a-z0-9]+)$/.exec(mimeType)?.[1] ?? 'bin'
