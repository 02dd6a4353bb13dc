/** The places of a piece's texts; `*` stands for every key or index. */
export const TRANSLATED_PATHS = [
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

/** Longer texts are found by their beginning: translation catalogues limit the length of keys. */
const MAX_KEY_LENGTH = 512

/** Puts translated texts in the place of English ones, in the given piece itself; those without stay English. */
export function translateTexts(piece: { auth?: unknown }, texts: Readonly<Record<string, string>>): void {
  const { auth } = piece
  for (const path of TRANSLATED_PATHS) {
    const [head, ...rest] = path.split('.')
    if (head === 'auth' && Array.isArray(auth)) for (const one of auth) visit(one, rest, texts)
    else visit(piece, path.split('.'), texts)
  }
}

/** A copy of a piece in the locale that it has texts for, else in that of the language (`pt` for `pt-BR`). */
export function translatedPiece<
  T extends { auth?: unknown; i18n?: Record<string, Record<string, string>> | undefined },
>(piece: T, locale: string | undefined): T {
  const texts = locale === undefined ? undefined : (piece.i18n?.[locale] ?? piece.i18n?.[locale.split('-')[0] ?? ''])
  if (!texts) return piece
  const { i18n: _, ...rest } = piece
  const copy = { ...structuredClone(rest), i18n: piece.i18n } as T
  translateTexts(copy, texts)
  return copy
}

function visit(node: unknown, path: string[], texts: Readonly<Record<string, string>>): void {
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
