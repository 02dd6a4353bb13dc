interface Ruler {
  widthOfTextAtSize(text: string, size: number): number
}

/**
 * Breaks text into lines of a width, at spaces where it can.
 * Characters that the font does not have are not its matter: see `printable`.
 */
export function wrapText(text: string, font: Ruler, size: number, maxWidth: number): string[] {
  return text.split(/\r\n|\r|\n/).flatMap((paragraph) => wrapParagraph(paragraph, font, size, maxWidth))
}

function wrapParagraph(paragraph: string, font: Ruler, size: number, maxWidth: number): string[] {
  const lines: string[] = []
  let line = ''
  const fits = (candidate: string) => font.widthOfTextAtSize(candidate, size) <= maxWidth
  for (const word of paragraph.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (fits(longer)) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    line = ''
    for (const character of word) {
      if (line !== '' && !fits(line + character)) {
        lines.push(line)
        line = ''
      }
      line += character
    }
  }
  lines.push(line)
  return lines
}

/**
 * The text with tabs, and spaces of other widths, as spaces, and without signs that have no width.
 * @throws naming the characters that a standard font of PDF cannot show: it would leave them out
 */
export function printable(text: string, characters: ReadonlySet<number>): string {
  const plain = text
    .replaceAll('\t', '    ')
    .replaceAll(/(?![\r\n])[\p{Zs}]/gu, ' ')
    .replaceAll(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .normalize('NFC')
  const unknown = [...new Set(plain)].filter((one) => !/[\r\n]/.test(one) && !characters.has(one.codePointAt(0) ?? 0))
  if (unknown.length === 0) return plain
  const named = unknown.slice(0, MOST_NAMED).map((one) => `"${one}" (U+${hex(one)})`)
  const more = unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more` : ''
  throw new Error(
    `The fonts of PDF have no ${named.join(', ')}${more}. They hold the letters of Western Europe; replace the others first.`,
  )
}

const MOST_NAMED = 10
const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
