/**
 * A text that a spreadsheet would take for a formula, some of them also by the wide letters of East Asia; numbers and
 * telephone numbers are none.
 */
const FORMULA = /^(?:[=@\t\r\n＝＠＋－]|[+-](?![\d ()./-]*$))/

/** A text that a spreadsheet takes for a text. */
export const plainText = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

/** A line of CSV (RFC 4180) whose texts are no formulas; null and undefined are empty. */
export const csvLine = (cells: readonly (string | number | null | undefined)[]): string =>
  `${cells.map((cell) => quoted(plainText(String(cell ?? '')))).join(',')}\r\n`

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
