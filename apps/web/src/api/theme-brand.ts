import { NO_BRAND_COLOUR } from '@piecework/model/brand/accents'

/** The look of pages. An image that is left out is the app's own. */
export interface Brand {
  name: string
  colour: string
  fullLogo: string | undefined
  icon: string | undefined
  favIcon: string | undefined
}

const UPLOADED = /\/api\/v1\/platforms\/assets\/[^/]+$/

/**
 * The image that a platform has chosen; undefined where it carries the app's own, which is no upload. A path alone,
 * because the app may be open under another address than the server has in its links.
 */
export const chosenImage = (link: string | undefined): string | undefined => UPLOADED.exec(link ?? '')?.[0]

interface Theme {
  websiteName?: string
  colors?: { primary?: { default?: string } }
  logos?: { fullLogoUrl?: string; logoIconUrl?: string; favIconUrl?: string }
}

/** The look of the server, by its flag `THEME`, which is empty before somebody founds a platform. */
export function themeBrand(flag: unknown): Brand {
  const { websiteName, colors, logos } = (flag ?? {}) as Theme
  return {
    name: websiteName ?? 'Piecework',
    colour: colors?.primary?.default ?? NO_BRAND_COLOUR,
    fullLogo: chosenImage(logos?.fullLogoUrl),
    icon: chosenImage(logos?.logoIconUrl),
    favIcon: chosenImage(logos?.favIconUrl),
  }
}
