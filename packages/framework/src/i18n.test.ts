import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pieceTranslation } from './i18n.ts'

it('reads the translations beside a piece, skipping broken ones, and translates its metadata', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'i18n-'))
  await mkdir(join(folder, 'i18n'))
  await writeFile(
    join(folder, 'i18n', 'de.json'),
    JSON.stringify({ Send: 'Senden', Red: 'Rot', 'Your key': 'Dein Schlüssel' }),
  )
  await writeFile(join(folder, 'i18n', 'fr.json'), '{ broken')
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
