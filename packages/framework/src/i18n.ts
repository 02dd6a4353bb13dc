import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '@piecework/model/parse-json'
import { TRANSLATED_PATHS, translateTexts } from '@piecework/model/piece/translate'
import { isMap } from './guards.ts'

/** Translations by locale: English text to translated text. */
export type I18nForPiece = Record<string, Record<string, string>>

const LOCALES = ['nl', 'en', 'de', 'fr', 'es', 'ja', 'zh', 'pt', 'ar', 'zh-TW']

export const pieceTranslation = {
  pathsToValuesToTranslate: TRANSLATED_PATHS,

  /**
   * A piece's metadata in a locale; texts without a translation stay English.
   * With `mutate` the given object itself is changed.
   */
  translatePiece<T extends { i18n?: I18nForPiece | undefined; auth?: unknown }>(params: {
    piece: T
    locale?: string | undefined
    mutate?: boolean
  }): T {
    const texts = params.piece.i18n?.[params.locale ?? 'en']
    if (!texts) return params.piece
    const piece = params.mutate ? params.piece : structuredClone(params.piece)
    translateTexts(piece, texts)
    return piece
  },

  /** The translations of a built piece (`src/i18n/<locale>.json` in its folder), or undefined without any. */
  async initializeI18n(pieceFolder: string): Promise<I18nForPiece | undefined> {
    const found = await Promise.all(
      LOCALES.map(
        async (locale) => [locale, await readTexts(join(pieceFolder, 'src', 'i18n', `${locale}.json`))] as const,
      ),
    )
    const i18n: I18nForPiece = {}
    for (const [locale, texts] of found) if (texts) i18n[locale] = texts
    return Object.keys(i18n).length > 0 ? i18n : undefined
  },
}

async function readTexts(file: string): Promise<Record<string, string> | undefined> {
  // A missing or broken translation must not keep a piece from loading.
  const content = parseJson(await readFile(file, 'utf8').catch(() => ''))
  if (!isMap(content)) return undefined
  return Object.fromEntries(
    Object.entries(content).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
