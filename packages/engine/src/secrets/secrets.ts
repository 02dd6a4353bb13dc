import { anchorOf, base64Of, base64PatternOf, casesOf, hexOf, patternOf } from './forms.ts'
import { blocksOfLines } from './lines.ts'
import { LEAST_LENGTH, secretValuesOf } from './values.ts'

/** The placeholder for a secret. */
export const REDACTED = '**REDACTED**'

/**
 * The secrets that an operation came to know, and the one place that takes them out of what leaves the engine. Until
 * there is a connection a text is only searched for the engine's own token.
 */
export interface Secrets {
  /** Grows with every new secret: what was masked before may have to be masked again. */
  readonly version: number
  /** Takes in the value of a connection, or any other value with secrets in it. */
  add(value: unknown): void
  /** Takes in texts that are secret as they are. */
  addTexts(texts: readonly string[]): void
  /** Every secret text that is known. */
  texts(): string[]
  /** A text for people without the secrets in it. */
  mask(text: string): string
  /** JSON text without the secrets in its texts, keys and numbers; still JSON. */
  maskJson(json: string): string
  /** A JSON value without the secrets. @throws what JSON.stringify throws */
  maskValue<T>(value: T): T
}

export function createSecrets(engineToken: string): Secrets {
  const known = new Set<string>()
  let matcher: Matcher | undefined
  const token = engineToken.length >= LEAST_LENGTH ? engineToken : undefined

  const find = (): Matcher => {
    matcher ??= createMatcher([...known], token)
    return matcher
  }
  const isClean = (text: string): boolean => {
    if (token !== undefined && text.includes(token)) return false
    return known.size === 0 || !find().test(text)
  }
  const addTexts = (texts: readonly string[]): void => {
    for (const text of texts) {
      if (text.length < LEAST_LENGTH || known.has(text)) continue
      known.add(text)
      matcher = undefined
    }
  }
  const secrets: Secrets = {
    get version() {
      return known.size
    },
    addTexts,
    add: (value) => addTexts(secretValuesOf(value)),
    texts: () => [...known],
    mask: (text) => (isClean(text) ? text : find().replace(text)),
    maskJson: (json) => (isClean(json) ? json : replaceInJson(json, find())),
    maskValue(value) {
      const text = JSON.stringify(value)
      return text === undefined || isClean(text) ? value : JSON.parse(replaceInJson(text, find()))
    },
  }
  return secrets
}

interface Matcher {
  test(text: string): boolean
  replace(text: string): string
}

/**
 * Two searches for every way of writing every secret. The first, for short parts of them, is quick to make and to run,
 * and nearly always enough; only where it finds something the whole patterns are made.
 */
function createMatcher(secrets: readonly string[], token: string | undefined): Matcher {
  const anchors = secrets.flatMap((secret) => [...casesOf(secret), ...hexOf(secret), ...base64Of(secret)].map(anchorOf))
  // A secret without any letters has no part to look for.
  const first = anchors.includes(undefined) ? undefined : new RegExp([...new Set(anchors)].join('|'))
  let whole: RegExp | undefined
  const pattern = (): RegExp => {
    whole ??= wholePattern(token === undefined ? secrets : [...secrets, token], secrets)
    whole.lastIndex = 0
    return whole
  }
  const isIn = (text: string): boolean =>
    (token !== undefined && text.includes(token)) || ((first?.test(text) ?? true) && pattern().test(text))
  return {
    test: (text) => {
      if (isIn(text)) return true
      for (const { joined } of blocksOfLines(text)) if (isIn(joined)) return true
      return false
    },
    replace(broken) {
      const text = joinLines(broken, isIn)
      let masked = ''
      let done = 0
      const find = pattern()
      for (let match = find.exec(text); match !== null; match = find.exec(text)) {
        const isEncoded = match[1] !== undefined
        // Neighbours hold some bits of it.
        const start = Math.max(done, match.index - (isEncoded && isBase64(text, match.index - 1) ? 1 : 0))
        const end = find.lastIndex + (isEncoded && isBase64(text, find.lastIndex) ? 1 : 0)
        masked += text.slice(done, start) + REDACTED
        done = end
        find.lastIndex = end
      }
      return masked + text.slice(done)
    },
  }
}

/** The text with one line in place of each encoded block that holds a secret. */
function joinLines(text: string, isIn: (text: string) => boolean): string {
  const parts: string[] = []
  let done = 0
  for (const { start, end, joined } of blocksOfLines(text)) {
    if (!isIn(joined)) continue
    parts.push(text.slice(done, start), joined)
    done = end
  }
  return parts.join('') + text.slice(done)
}

function wholePattern(secrets: readonly string[], encodedSecrets: readonly string[]): RegExp {
  // The longest first: a secret may be the beginning of another.
  const longestFirst = secrets.flatMap(casesOf).sort((a, b) => b.length - a.length)
  const plain = [...longestFirst.map(patternOf), ...encodedSecrets.flatMap(hexOf)]
  const base64 = encodedSecrets.flatMap(base64Of).map(base64PatternOf)
  return new RegExp(base64.length === 0 ? plain.join('|') : `${plain.join('|')}|(${base64.join('|')})`, 'g')
}

const isBase64 = (text: string, at: number): boolean => /[\w+/-]/.test(text.charAt(at))

/** Goes through the texts and numbers of JSON text one by one, without parsing it: its depth does not matter. */
function replaceInJson(json: string, matcher: Matcher): string {
  const parts: string[] = []
  let done = 0
  const take = (start: number, end: number, masked: string): void => {
    parts.push(json.slice(done, start), masked)
    done = end
  }
  for (let at = 0; at < json.length; ) {
    const letter = json.charCodeAt(at)
    if (letter === QUOTE) {
      const end = endOfText(json, at)
      const text: string = JSON.parse(json.slice(at, end))
      if (matcher.test(text)) take(at, end, JSON.stringify(matcher.replace(text)))
      at = end
    } else if (isNumeric(letter)) {
      let end = at + 1
      while (isNumeric(json.charCodeAt(end))) end++
      if (end - at >= LEAST_LENGTH && matcher.test(json.slice(at, end))) take(at, end, JSON.stringify(REDACTED))
      at = end
    } else at++
  }
  return parts.join('') + json.slice(done)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Digits and what else numbers are made of. */
const isNumeric = (letter: number): boolean =>
  (letter >= 0x30 && letter <= 0x39) ||
  letter === 0x2d ||
  letter === 0x2e ||
  letter === 0x2b ||
  letter === 0x45 ||
  letter === 0x65

/** The end of a JSON string that begins at `start`. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = json.indexOf('"', at)
    if (at === -1) return json.length
    let slashes = 0
    while (json.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at + 1
  }
}
