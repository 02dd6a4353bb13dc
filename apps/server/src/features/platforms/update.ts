import { type PlatformImage, PlatformUpdate } from '@piecework/api/platforms'
import { parseJson } from '@piecework/model/parse-json'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { InvalidRequest } from '../../http/errors.ts'
import { readForm, type UploadedFile } from '../../http/form.ts'

/** The column of each image, by the field of the form that holds it. */
export const LOGOS = {
  logoIcon: 'logoIconUrl',
  fullLogo: 'fullLogoUrl',
  favIcon: 'favIconUrl',
} as const satisfies Record<PlatformImage, string>
export type LogoField = PlatformImage

const FLAGS: ReadonlySet<string> = new Set([
  'cloudAuthEnabled',
  'emailAuthEnabled',
  'secondFactorRequired',
  'enforceAllowedAuthDomains',
])
const LISTS: ReadonlySet<string> = new Set([
  'filteredPieceNames',
  'allowedAuthDomains',
  'pinnedPieces',
  'removedImages',
])

/**
 * The changes that a multipart form asks for. Its values are text: lists come as repeated fields (`name`, `name[]`,
 * `name[0]`) or as JSON.
 * @throws InvalidRequest, AppError PAYLOAD_TOO_LARGE
 */
export async function readPlatformForm(
  request: FastifyRequest,
): Promise<{ changes: PlatformUpdate; logos: Map<LogoField, UploadedFile> }> {
  const { fields, files } = await readForm(request)
  const logos = new Map<LogoField, UploadedFile>()
  for (const [field, file] of files) {
    if (!isLogo(field)) throw invalid(field, `is not an image of a platform: send ${Object.keys(LOGOS).join(', ')}`)
    // A file input in which nothing was chosen.
    if (file.data.length > 0) logos.set(field, file)
  }
  const parsed = PlatformUpdate.safeParse(typed(fields))
  if (!parsed.success) throw new InvalidRequest('body', parsed.error)
  return { changes: parsed.data, logos }
}

const isLogo = (field: string): field is LogoField => Object.hasOwn(LOGOS, field)

function typed(fields: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    const name = key.replace(/\[\d*\]$/, '')
    if (LISTS.has(name)) values[name] = [...asList(values[name]), ...asList(value)]
    else if (FLAGS.has(name)) values[name] = value === 'true' ? true : value === 'false' ? false : value
    else if (name === 'federatedAuthProviders') values[name] = fromJson(value)
    else values[name] = value
  }
  return values
}

function asList(value: unknown): unknown[] {
  if (value === undefined || value === '') return []
  const parsed = fromJson(value)
  return Array.isArray(parsed) ? parsed : [parsed]
}

/** A text that is no JSON stays the text that it is. */
function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const parsed = parseJson(value)
  return typeof parsed === 'object' ? parsed : value
}

function invalid(field: string, message: string): InvalidRequest {
  return new InvalidRequest('body', new z.ZodError([{ code: 'custom', path: [field], message, input: undefined }]))
}
