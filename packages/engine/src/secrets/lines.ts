/**
 * Base64 and hexadecimal that a program broke into lines: of 60, 64 or 76 letters, as mail, key files and command line
 * tools do. A secret that a break goes through is in no line whole.
 */

/** A shorter line is taken for a word, not for a part of something encoded. */
const LEAST_LINE = 32

/** Breaks as they are, in JSON (also in JSON within JSON) and in a URL, with the indentation of the next line. */
const BREAK = /(?:[\r\n]+|(?:\\{1,8}[rn])+|(?:%(?:25)*0[aAdD])+)(?:[ \t]|%(?:25)*20)*/g

interface Block {
  start: number
  end: number
  /** The block without its breaks. */
  joined: string
}

/** The encoded blocks of several lines in a text. The time grows with the length of the text alone. */
export function* blocksOfLines(text: string): Generator<Block> {
  let done = 0
  BREAK.lastIndex = 0
  for (let found = nextBreak(text, 0); found !== null; found = nextBreak(text, done)) {
    const start = startOfLetters(text, found.index, done)
    if (found.index - start < LEAST_LINE) {
      done = found.index + found[0].length
      continue
    }
    const lines = [text.slice(start, found.index)]
    let end = found.index
    for (let next: RegExpExecArray | null = found; next !== null && next.index === end; next = nextBreak(text, end)) {
      const line = next.index + next[0].length
      const endOfLine = endOfLetters(text, line)
      if (endOfLine === line) break
      lines.push(text.slice(line, endOfLine))
      end = endOfLine
    }
    if (lines.length > 1) yield { start, end, joined: lines.join('') }
    done = Math.max(end, found.index + found[0].length)
  }
}

function nextBreak(text: string, from: number): RegExpExecArray | null {
  BREAK.lastIndex = from
  return BREAK.exec(text)
}

function startOfLetters(text: string, end: number, least: number): number {
  let at = end
  while (at > least && isEncoded(text.charCodeAt(at - 1))) at--
  return at
}

function endOfLetters(text: string, start: number): number {
  LETTERS.lastIndex = start
  LETTERS.test(text)
  return LETTERS.lastIndex
}

const LETTERS = /[\w+/-]*/y

/** Letters, digits and the four signs of base64 and base64url. */
const isEncoded = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x2f && code <= 0x39) ||
  code === 0x2b ||
  code === 0x2d ||
  code === 0x5f
