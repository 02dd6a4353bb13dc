/** Reads headers, one a line, as `name: value`. @returns the number of the first line that is none, if there is one */
export function readHeaders(text: string): Record<string, string> | number {
  const headers: Record<string, string> = {}
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined) return index + 1
    headers[name.toLowerCase()] = value
  }
  return headers
}
