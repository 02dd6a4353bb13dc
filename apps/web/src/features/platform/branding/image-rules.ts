import { ApiError } from '@piecework/sdk'

/** The images of a platform, by the fields of the form that holds them, with the field of the platform that links each. */
export const IMAGES = { fullLogo: 'fullLogoUrl', logoIcon: 'logoIconUrl', favIcon: 'favIconUrl' } as const
export type ImageName = keyof typeof IMAGES
export const isImageName = (name: string): name is ImageName => Object.hasOwn(IMAGES, name)
export const IMAGE_NAMES = Object.keys(IMAGES).filter(isImageName)

/** The kinds that the server takes. Systems call icons by two names. */
export const IMAGE_TYPES = [
  ...['image/png', 'image/svg+xml', 'image/jpeg', 'image/webp', 'image/gif'],
  ...['image/x-icon', 'image/vnd.microsoft.icon'],
]
const MAX_IMAGE_BYTES = 2 * 1024 * 1024

/** Why a file cannot be an image of the platform; undefined when it can. */
export function imageProblem({ type, size }: Pick<File, 'type' | 'size'>): 'type' | 'size' | undefined {
  if (!IMAGE_TYPES.includes(type)) return 'type'
  return size > MAX_IMAGE_BYTES ? 'size' : undefined
}

/** The field of a form that the server refuses. */
export const refusedField = (error: unknown): string | undefined =>
  error instanceof ApiError ? /\bbody\/(\w+)/.exec(error.message)?.[1] : undefined
