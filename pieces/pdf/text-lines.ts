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

/** The text with tabs as spaces, and `?` for what the font of a standard PDF cannot show. */
export function printable(text: string, characters: ReadonlySet<number>): string {
  return [...text.replaceAll('\t', '    ')]
    .map((character) => (/[\r\n]/.test(character) || characters.has(character.codePointAt(0) ?? 0) ? character : '?'))
    .join('')
}
