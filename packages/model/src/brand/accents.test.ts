import { expect, test } from 'vitest'
import { accentsOf, NO_BRAND_COLOUR } from './accents.ts'
import { contrastOf, readHex, writeHex } from './colour.ts'

/** Every hue at several strengths, and what is neither light nor colour. */
const BRANDS = [
  ...['00', '66', 'aa', 'ff'].flatMap((r) =>
    ['00', '66', 'aa', 'ff'].flatMap((g) => ['00', '66', 'aa', 'ff'].map((b) => `#${r}${g}${b}`)),
  ),
  '#fff',
]

test('every brand colour is readable, light and dark, as a fill, as words and on a soft ground', () => {
  const bad: string[] = []
  const check = (what: string, one: string, other: string, least: number) => {
    if (contrastOf(one, other) < least) bad.push(`${what}: ${one} on ${other}`)
  }
  for (const brand of BRANDS) {
    const found = accentsOf(brand)
    if (!found) throw new Error(`${brand} has no accents`)
    for (const [theme, page] of [
      ['light', '#ffffff'],
      ['dark', '#191b1f'],
    ] as const) {
      const accents = found[theme]
      for (const fill of ['--accent', '--accent-hover', '--accent-active'] as const)
        check(`${brand} ${theme} ${fill}`, '#ffffff', accents[fill], 4.5)
      for (const ground of [page, accents['--accent-soft'], accents['--accent-soft-hover']])
        check(`${brand} ${theme} text`, accents['--accent-text'], ground, 4.5)
      check(`${brand} ${theme} focus`, accents['--focus-ring'], page, 3)
      check(`${brand} ${theme} fill upon the page`, accents['--accent'], page, 1.8)
    }
  }
  expect(bad).toEqual([])
})

test('a colour that can be read stays as it is, and keeps its hue where it cannot', () => {
  expect(accentsOf('#aa3300')?.light['--accent']).toBe('#aa3300')
  const yellow = readHex(accentsOf('#ffdd00')?.dark['--accent'] ?? '')
  expect(yellow?.h).toBeCloseTo(readHex('#ffdd00')?.h ?? 0, 0)
  expect(writeHex(readHex('#1A2') ?? { l: 0, c: 0, h: 0 })).toBe('#11aa22')
})

test('what is no chosen colour changes nothing', () => {
  expect([accentsOf(NO_BRAND_COLOUR), accentsOf('red'), accentsOf('#12345')]).toEqual([undefined, undefined, undefined])
})
