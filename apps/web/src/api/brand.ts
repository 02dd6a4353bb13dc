import { useQuery } from '@tanstack/react-query'
import { flagsQuery } from './flags.ts'
import { type Platform, platformQuery } from './platform.ts'
import { useSession } from './session.ts'
import { type Brand, chosenImage } from './theme-brand.ts'

type Branded = Pick<Platform, 'name' | 'primaryColor' | 'fullLogoUrl' | 'logoIconUrl' | 'favIconUrl'>

const brandOf = (platform: Branded): Brand => ({
  name: platform.name,
  colour: platform.primaryColor,
  fullLogo: chosenImage(platform.fullLogoUrl),
  icon: chosenImage(platform.logoIconUrl),
  favIcon: chosenImage(platform.favIconUrl),
})

/** The look of the platform of the person, or of the server for who is not signed in; undefined until it is known. */
export function useBrand(): Brand | undefined {
  const platformId = useSession(({ session }) => session?.platformId ?? '')
  const own = useQuery({ ...platformQuery(platformId), enabled: platformId !== '' })
  const { data: flags } = useQuery({ ...flagsQuery, enabled: platformId === '' })
  return own.data ? brandOf(own.data) : flags?.brand
}
