const COLOURS = [
  'bg-tile-blue',
  'bg-tile-green',
  'bg-tile-teal',
  'bg-tile-amber',
  'bg-tile-red',
  'bg-tile-plum',
  'bg-tile-slate',
] as const

/** A colour that a name always has. */
export function colourOf(name: string): string {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973
  return COLOURS[sum % COLOURS.length] ?? COLOURS[0]
}
