import { AppError } from '@piecework/model/errors'
import type { Db } from '../../database/open.ts'
import type { UploadedFile } from '../../http/form.ts'
import type { Files, StoredFile } from './service.ts'
import { selectPlatformOfImage } from './store.ts'

/** Image types that browsers show in pages. SVG is safe in an `<img>`; opened on its own it is only saved. */
const IMAGE_TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/svg+xml',
  'image/x-icon',
  'image/vnd.microsoft.icon',
])
const MAX_IMAGE_BYTES = 2 * 1024 * 1024

/** Below the API prefix; the id of the image follows. */
export const IMAGES_PATH = '/v1/platforms/assets/'

export type ImageKind = 'PLATFORM_ASSET' | 'USER_PROFILE_PICTURE'

/** Logos and profile pictures: anybody who knows the link may see them. */
export interface PublicImages {
  /**
   * @param field the field of the form, for the message.
   * @returns the link of the image.
   * @throws AppError INVALID_REQUEST for what is no image, PAYLOAD_TOO_LARGE above 2 MB.
   */
  save(platformId: string, kind: ImageKind, field: string, file: UploadedFile): Promise<string>
  /** @returns undefined when there is no such image. */
  open(id: string): Promise<StoredFile | undefined>
  /** Removes the image behind a link that `save` gave; other links are left alone. */
  remove(platformId: string, url: string | null): Promise<void>
}

export function createPublicImages({ db, files, apiUrl }: { db: Db; files: Files; apiUrl: string }): PublicImages {
  const prefix = `${apiUrl}${IMAGES_PATH}`
  return {
    async save(platformId, kind, field, file) {
      if (!IMAGE_TYPES.has(file.mimeType)) {
        const types = [...IMAGE_TYPES].join(', ')
        throw new AppError('INVALID_REQUEST', { message: `body/${field} must be an image (${types})` })
      }
      if (file.data.length > MAX_IMAGE_BYTES) {
        throw new AppError('PAYLOAD_TOO_LARGE', { message: `body/${field}: an image may have 2 MB at most` })
      }
      if (!isImage(file))
        throw new AppError('INVALID_REQUEST', { message: `body/${field} is not the image that its type names` })
      const metadata = { mimetype: file.mimeType }
      const { data, fileName } = file
      return `${prefix}${await files.save({ owner: { platformId }, type: kind, data, fileName, metadata })}`
    },
    async open(id) {
      const platformId = await selectPlatformOfImage(db, id)
      return platformId === undefined ? undefined : files.read({ platformId }, id)
    },
    async remove(platformId, url) {
      if (url?.startsWith(prefix)) await files.remove({ platformId }, [url.slice(prefix.length)])
    },
  }
}

/** How PNG, JPEG, GIF, icons and WebP begin, in hexadecimal. Browsers show each of them under the type of any other. */
const BEGINNINGS: readonly RegExp[] = [
  /^89504e470d0a1a0a/,
  /^ffd8ff/,
  /^474946383[79]61/,
  /^00000100/,
  /^52494646.{8}57454250/,
]

function isImage({ mimeType, data }: UploadedFile): boolean {
  if (mimeType === 'image/svg+xml') return /<svg[\s>]/.test(new TextDecoder().decode(data))
  const beginning = Buffer.from(data.subarray(0, 16)).toString('hex')
  return BEGINNINGS.some((known) => known.test(beginning))
}
