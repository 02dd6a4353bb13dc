/** The words of a text, in lower-case ASCII letters: `Get Ice-cream` is `get`, `ice`, `cream`. */
function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '')
  return (plain.match(/[A-Za-z0-9]+/g) ?? []).map((word) => word.toLowerCase())
}

export interface Names {
  /** `get-ice-cream`, for names of files. */
  kebab: string
  /** `get_ice_cream`, the name in flows. */
  snake: string
  /** `getIceCream`, for the exported constant. */
  camel: string
  /** `Get Ice Cream`, for people. */
  title: string
}

/** @throws Error when the text has no letter at its beginning. */
export function namesOf(text: string): Names {
  const words = wordsOf(text)
  const capitals = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  if (!/^[a-z]/.test(words[0] ?? '')) throw new Error(`'${text}' must begin with a letter from A to Z`)
  return {
    kebab: words.join('-'),
    snake: words.join('_'),
    camel: [words[0], ...capitals.slice(1)].join(''),
    title: capitals.join(' '),
  }
}

const RESERVED = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally ' +
    'for function if implements import in instanceof interface let new null package private protected public return ' +
    'static super switch this throw true try typeof undefined var void while with yield arguments eval'
  ).split(' '),
)

/** A name that is not a reserved word and not yet used in the source. */
export function freeIdentifier(name: string, suffix: string, source: string): string {
  const taken = RESERVED.has(name) || new RegExp(`\\b${name}\\b`).test(source)
  return taken ? `${name}${suffix}` : name
}
