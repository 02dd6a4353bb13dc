import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { builtinPieces } from './registry.ts'
import { catalogueText, traitsText } from './scripts/catalogue-text.ts'

it('has a catalogue that says what the code says (else run: npm run catalogue -w @piecework/pieces)', async () => {
  const written = await readFile(new URL('./catalogue.json', import.meta.url), 'utf8')
  // Compared as a whole: a diff of so long a text would say nothing.
  expect(written === (await catalogueText())).toBe(true)
})

it('tells engines and the way of a call the traits that the pieces declare', async () => {
  const traits: unknown = JSON.parse(await readFile(new URL('./traits.json', import.meta.url), 'utf8'))
  expect(traits).toEqual(JSON.parse(traitsText(await catalogueText())))
  expect(traits).toMatchObject({
    steering: { '@activepieces/piece-delay': ['delayFor', 'delay_until'] },
    passesThrough: { '@activepieces/piece-webhook': ['catch_webhook'] },
  })
})

it.each(Object.entries(builtinPieces))('%s has a logo, a description and well-named parts', async (_name, { load }) => {
  const piece = await load()
  expect(piece.logoUrl).toMatch(/^data:image\/svg\+xml,/)
  expect(piece.description).not.toBe('')
  for (const [name, part] of Object.entries({ ...piece.actions(), ...piece.triggers() })) {
    expect(part.name).toBe(name)
    expect(part.displayName).not.toBe('')
    expect(part.description).not.toBe('')
  }
})

it('is documented, piece by piece', async () => {
  const page = await readFile(new URL('../docs/pieces/built-in.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| [^|]+ \| `([\w-]+)` \| ([\d.]+) \|/gm)].map(([, name, version]) => [
    name,
    version,
  ])
  const pieces = Object.entries(builtinPieces).map(([name, { version }]) => [
    name.replace('@activepieces/piece-', ''),
    version,
  ])
  expect(rows.sort()).toEqual(pieces.sort())
})
