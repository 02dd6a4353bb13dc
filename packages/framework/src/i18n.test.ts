import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pieceTranslation } from './i18n.ts'

it('reads the translations next to a piece, skipping broken ones, and translates its metadata', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'i18n-'))
  await mkdir(join(folder, 'src', 'i18n'), { recursive: true })
  await writeFile(
    join(folder, 'src', 'i18n', 'de.json'),
    JSON.stringify({ Send: 'Senden', Red: 'Rot', 'Your key': 'Dein Schlüssel' }),
  )
  await writeFile(join(folder, 'src', 'i18n', 'fr.json'), '{ broken')
  const i18n = await pieceTranslation.initializeI18n(folder)
  await rm(folder, { recursive: true })
  expect(Object.keys(i18n ?? {})).toEqual(['de'])

  const piece = {
    i18n,
    displayName: 'Send',
    auth: [{ description: 'Your key' }],
    actions: {
      send: { displayName: 'Send', props: { color: { options: { options: [{ label: 'Red', value: 'Red' }] } } } },
    },
    triggers: {},
  }
  const german = pieceTranslation.translatePiece({ piece, locale: 'de' })
  expect(german).toMatchObject({
    displayName: 'Send',
    auth: [{ description: 'Dein Schlüssel' }],
    actions: {
      send: { displayName: 'Senden', props: { color: { options: { options: [{ label: 'Rot', value: 'Red' }] } } } },
    },
  })
  expect(pieceTranslation.translatePiece({ piece, locale: 'ja' })).toBe(piece)
  expect(piece.actions.send.displayName).toBe('Send')
})

it('translates every text that people read, and nothing that flows refer to', () => {
  const label = (name: string) => ({ options: { options: [{ label: `label of ${name}`, value: `value of ${name}` }] } })
  const texts = (name: string) => ({ displayName: `name of ${name}`, description: `description of ${name}` })
  const step = (name: string) => ({
    name,
    ...texts(name),
    props: { input: { ...texts(`${name} input`), ...label(`${name} input`), defaultValue: `default of ${name}` } },
  })
  const long = 'x'.repeat(600)
  const piece = {
    name: 'the name',
    description: 'description of the piece',
    auth: {
      description: 'description of auth',
      username: texts('user'),
      password: texts('password'),
      props: { host: { ...texts('host'), ...label('host') } },
    },
    actions: { act: step('act'), long: { ...step('long'), description: long } },
    triggers: { start: step('start') },
  }
  const found: string[] = []
  JSON.stringify(piece, (_, value: unknown) => {
    if (typeof value === 'string') found.push(value)
    return value
  })
  const de = Object.fromEntries(found.map((text) => [text.slice(0, 512), `DE ${text.slice(0, 512)}`]))
  const german = JSON.stringify(pieceTranslation.translatePiece({ piece: { ...piece, i18n: { de } }, locale: 'de' }))
  const kept = (text: string) => text === 'the name' || /^(act|long|start|value of|default of)/.test(text)
  for (const text of found)
    expect(german.includes(`"DE ${text.slice(0, 512)}"`), text).toBe(!kept(text) || german.includes(`"${text}":"DE`))
  const inPlace = { ...piece, i18n: { de } }
  expect(pieceTranslation.translatePiece({ piece: inPlace, locale: 'de', mutate: true })).toBe(inPlace)
  expect(inPlace.triggers.start.displayName).toBe('DE name of start')
})
