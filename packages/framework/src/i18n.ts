import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMap } from './guards.ts'

/** Translations by locale: English text to translated text. */
export type I18nForPiece = Record<string, Record<string, string>>

const LOCALES = ['nl', 'en', 'de', 'fr', 'es', 'ja', 'zh', 'pt', 'ar', 'zh-TW']
/** Longer texts are looked up by their beginning: catalogues of translators cap the length of keys. */
const MAX_KEY_LENGTH = 512

/** Where the texts of a piece are; `*` stands for every key or index. */
const PATHS = [
  'description',
  'auth.username.displayName',
  'auth.username.description',
  'auth.password.displayName',
  'auth.password.description',
  'auth.props.*.displayName',
  'auth.props.*.description',
  'auth.props.*.options.options.*.label',
  'auth.description',
  'actions.*.displayName',
  'actions.*.description',
  'actions.*.props.*.displayName',
  'actions.*.props.*.description',
  'actions.*.props.*.options.options.*.label',
  'triggers.*.displayName',
  'triggers.*.description',
  'triggers.*.props.*.displayName',
  'triggers.*.props.*.description',
  'triggers.*.props.*.options.options.*.label',
]

export const pieceTranslation = {
  pathsToValuesToTranslate: PATHS,

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
    const { auth } = piece
    for (const path of PATHS) {
      const [head, ...rest] = path.split('.')
      if (head === 'auth' && Array.isArray(auth)) for (const one of auth) visit(one, rest, texts)
      else visit(piece, path.split('.'), texts)
    }
    return piece
  },

  /** The translations beside a piece's entry file (`i18n/<locale>.json`), or undefined without any. */
  async initializeI18n(sourceFolder: string): Promise<I18nForPiece | undefined> {
    const found = await Promise.all(
      LOCALES.map(async (locale) => [locale, await readTexts(join(sourceFolder, 'i18n', `${locale}.json`))] as const),
    )
    const i18n: I18nForPiece = {}
    for (const [locale, texts] of found) if (texts) i18n[locale] = texts
    return Object.keys(i18n).length > 0 ? i18n : undefined
  },
}

function visit(node: unknown, path: string[], texts: Record<string, string>): void {
  const [head, ...rest] = path
  if (head === undefined || typeof node !== 'object' || node === null) return
  for (const key of head === '*' ? Object.keys(node) : [head]) {
    const value: unknown = Reflect.get(node, key)
    if (rest.length > 0) visit(value, rest, texts)
    else if (typeof value === 'string') {
      const text = texts[value.slice(0, MAX_KEY_LENGTH)]
      if (text) Reflect.set(node, key, text)
    }
  }
}

async function readTexts(file: string): Promise<Record<string, string> | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (!isMap(content)) return undefined
    return Object.fromEntries(
      Object.entries(content).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
  } catch {
    // A missing or broken translation must not keep a piece from loading.
    return undefined
  }
}
