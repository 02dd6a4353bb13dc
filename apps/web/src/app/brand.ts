import { accentsOf } from '@piecework/model/brand/accents'
import { useEffect } from 'react'
import { useBrand } from '../api/brand.ts'
import { store } from '../api/storage.ts'

const STORED = 'brand'
const ICON = '/favicon.svg'

const rule = (theme: 'light' | 'dark', values: object): string =>
  `:root[data-theme="${theme}"]{${Object.entries(values)
    .map(([name, value]) => `${name}:${value}`)
    .join(';')}}`

/** Puts the look of the platform on: the accent, the name and the icon of the window. `public/theme.js` did so before. */
export function useWornBrand(): void {
  const brand = useBrand()
  const { name, colour, favIcon } = brand ?? {}
  useEffect(() => {
    if (colour === undefined) return
    const accents = accentsOf(colour)
    const styles = accents ? rule('light', accents.light) + rule('dark', accents.dark) : null
    // The next start has it before the first paint.
    store(STORED, styles)
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles ?? '')
    document.adoptedStyleSheets = [sheet]
  }, [colour])
  useEffect(() => {
    if (name === undefined) return
    document.title = name
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    if (!link) return
    // An image of another kind than the app's own.
    link.removeAttribute('type')
    link.href = favIcon ?? ICON
  }, [name, favIcon])
}
