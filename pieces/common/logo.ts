/**
 * A logo as a data URI: a white drawing on a coloured square.
 * @param drawing SVG elements in a 24 by 24 box, drawn with strokes
 */
export function logo(color: string, drawing: string): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="${color}"/>` +
    `<g transform="translate(4 4) scale(.667)" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${drawing}</g></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
