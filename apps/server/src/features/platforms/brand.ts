import type { PageBrand } from '@piecework/api/human-input'
import { accentsOf } from '@piecework/model/brand/accents'

/** The links of images of a platform that has none of its own. */
export const APP_IMAGES = {
  logoIconUrl: '/logo-icon.svg',
  fullLogoUrl: '/logo.svg',
  favIconUrl: '/favicon.svg',
} as const

interface Branded {
  name: string
  primaryColor: string
  fullLogoUrl: string
}

/** The logo that a platform chose; null where it has none. */
export const ownLogoOf = ({ fullLogoUrl }: Pick<Branded, 'fullLogoUrl'>): string | null =>
  fullLogoUrl === APP_IMAGES.fullLogoUrl ? null : fullLogoUrl

/** The look of the public pages of a platform. */
export const pageBrandOf = (platform: Branded): PageBrand => {
  const logo = ownLogoOf(platform)
  const accents = accentsOf(platform.primaryColor)
  return {
    name: platform.name,
    // The page may be open under another address of the server.
    logoUrl: logo === null ? null : new URL(logo).pathname,
    accents: accents ? { light: { ...accents.light }, dark: { ...accents.dark } } : null,
  }
}
