import { contrastOf, type Oklch, readHex, writeHex } from './colour.ts'

/** The colour of a platform that has chosen none: pages keep their own accent. */
export const NO_BRAND_COLOUR = '#5b5bd6'

/** The accent of pages, by the names of their CSS variables. */
export interface Accents {
  '--accent': string
  '--accent-hover': string
  '--accent-active': string
  '--accent-text': string
  '--accent-soft': string
  '--accent-soft-hover': string
  '--accent-border': string
  '--focus-ring': string
}

export interface BrandAccents {
  light: Accents
  dark: Accents
}

const AA = 4.5
const VISIBLE = 3
const WHITE = '#ffffff'
const STEP = 0.005
/** The ground that accents are read upon, at its worst: the row that is pressed, light and dark. */
const GROUND = { light: '#e5e7ea', dark: '#2d3035' } as const
/** A darker fill is lost upon a dark page. */
const DARKEST_FILL = 0.46

/**
 * The accents that a brand colour becomes. They keep its hue, and as much of its lightness as can be read: words upon
 * fills, and words in the colour, have a contrast of 4.5:1 at least, light and dark.
 * @returns undefined for a colour that was not chosen, or is none
 */
export function accentsOf(hex: string): BrandAccents | undefined {
  const brand = readHex(hex)
  if (!brand || hex.toLowerCase() === NO_BRAND_COLOUR) return undefined
  return { light: lightOf(brand), dark: darkOf(brand) }
}

function lightOf(brand: Oklch): Accents {
  const fill = shift(brand, brand.l, -STEP, (colour) => contrastOf(colour, WHITE) >= AA)
  // Black gets lighter under the mouse, for it cannot get darker.
  const move = fill.l < 0.2 ? 0.05 : -0.045
  const soft = writeHex(muted(brand, 0.93, 0.03))
  return {
    '--accent': writeHex(fill),
    '--accent-hover': writeHex({ ...fill, l: fill.l + move }),
    '--accent-active': writeHex({ ...fill, l: fill.l + 2 * move }),
    '--accent-text': writeHex(
      shift(brand, Math.min(brand.l, fill.l), -STEP, (colour) =>
        [GROUND.light, soft].every((ground) => contrastOf(colour, ground) >= AA),
      ),
    ),
    '--accent-soft': writeHex(muted(brand, 0.958, 0.018)),
    '--accent-soft-hover': soft,
    '--accent-border': writeHex(muted(brand, 0.85, 0.06)),
    '--focus-ring': writeHex(
      shift(muted(brand, 0.56, 0.17), 0.56, -STEP, (colour) => contrastOf(colour, WHITE) >= VISIBLE),
    ),
  }
}

function darkOf(brand: Oklch): Accents {
  const soft = writeHex(muted(brand, 0.325, 0.06))
  const fill = shift(brand, Math.max(brand.l, DARKEST_FILL), -STEP, (colour) => contrastOf(colour, WHITE) >= AA)
  return {
    '--accent': writeHex(fill),
    '--accent-hover': writeHex({ ...fill, l: fill.l - 0.03 }),
    '--accent-active': writeHex({ ...fill, l: fill.l - 0.06 }),
    '--accent-text': writeHex(
      shift(muted(brand, 0.78, 0.1), 0.78, STEP, (colour) =>
        [GROUND.dark, soft].every((ground) => contrastOf(colour, ground) >= AA),
      ),
    ),
    '--accent-soft': writeHex(muted(brand, 0.285, 0.045)),
    '--accent-soft-hover': soft,
    '--accent-border': writeHex(muted(brand, 0.42, 0.09)),
    '--focus-ring': writeHex(
      shift(muted(brand, 0.7, 0.14), 0.7, STEP, (colour) => contrastOf(colour, GROUND.dark) >= VISIBLE),
    ),
  }
}

const muted = ({ c, h }: Oklch, l: number, most: number): Oklch => ({ l, c: Math.min(c, most), h })

/** The first colour that is good, from a lightness on, step by step. */
function shift(colour: Oklch, from: number, step: number, isGood: (hex: string) => boolean): Oklch {
  for (let l = from; l >= 0 && l <= 1; l += step) if (isGood(writeHex({ ...colour, l }))) return { ...colour, l }
  return { ...colour, l: step < 0 ? 0 : 1, c: 0 }
}
