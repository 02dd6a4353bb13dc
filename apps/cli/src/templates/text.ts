const LINE_WIDTH = 120

/** A string literal with the fewest escapes, as formatters write it. */
function literal(text: string): string {
  const escaped = JSON.stringify(text)
  const inner = escaped.slice(1, -1).replaceAll('\\"', '"')
  const [single, double] = [inner.split("'").length, inner.split('"').length]
  return single > double ? escaped : `'${inner.replaceAll("'", "\\'")}'`
}

/** `key: 'text',` with an indent of two; a long text gets its own line. */
export function property(key: string, text: string): string {
  const line = `  ${key}: ${literal(text)},`
  return line.length <= LINE_WIDTH ? line : `  ${key}:\n    ${literal(text)},`
}

/** `key: [a, b],` with an indent of two; a long list gets a line for each item. */
export function list(key: string, items: readonly string[]): string {
  const line = `  ${key}: [${items.join(', ')}],`
  return line.length <= LINE_WIDTH ? line : `  ${key}: [\n${items.map((item) => `    ${item},\n`).join('')}  ],`
}
