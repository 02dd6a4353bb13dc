/** The words that the style sheet of CONTRIBUTING.md replaces, as data. */

interface Phrase {
  found: RegExp
  /** The wording to use, as the message of the check names it. */
  instead: string
}

/** Wordings that nothing in comments, texts and documentation may hold. */
export const PHRASES: readonly Phrase[] = [
  { found: /\bwhoever\b/i, instead: '"who", "anybody who" or the one who acts' },
  { found: /\banew\b/i, instead: '"again" or "fresh"' },
  { found: /\bbeside\b/i, instead: '"next to"' },
  {
    found: /\b(is|are|be|was|were|been|being) (not |never |also )?told\b/i,
    instead: '"gets", "hears" or the one who tells',
  },
  { found: /\bof which\b/i, instead: '"whose", or two sentences' },
  { found: /\bcode of (users|a user)\b/i, instead: '"user code"' },
  { found: /\b(deed|deeds)\b/i, instead: '"action" or "side effect"' },
  { found: /\b(births|unborn)\b/i, instead: '"inserts" or "new runs"' },
  { found: /\bin vain\b/i, instead: '"without success"' },
  { found: /\bfor ever\b/i, instead: '"forever"' },
  { found: /\bat latest\b/i, instead: '"at the latest"' },
  { found: /\ball the same\b/i, instead: '"anyway" or "still"' },
  { found: /\b(refused|says so|said|answered) in words\b/i, instead: '"with a message"' },
  { found: /\bwhat (it|this|that) is for\b/i, instead: 'a subject: "the purpose", "the reason"' },
  { found: /\b(hither|thither|lest|henceforth|herewith|thereof|whereof)\b/i, instead: 'an everyday word' },
]

/** How no comment begins: it needs a subject. */
export const HEADLESS = /^(What|Of|Whoever|Where)\b/

/** Words with a small letter that may begin the message of an error: they are written so. */
export const SMALL_LETTER_WORDS = new Set(['npm', 'getaddrinfo', 'options', 'btoa', 'atob'])

/** Where a rule of this file does not hold. */
export const ALLOWED: readonly { file: RegExp; found: RegExp; why: string }[] = [
  { file: /^scripts\/rules\/phrases\.ts$/, found: /./, why: 'names the phrases' },
  { file: /^CONTRIBUTING\.md$/, found: /./, why: 'the style sheet quotes what it replaces' },
]
