/**
 * About how many characters a value has as JSON, counted without writing it: the text of 10 MB takes longer than people
 * wait for an answer to a click. Escapes are not counted.
 */
export function jsonLength(value: unknown): number {
  let length = 0
  // A list and no calls inside each other: values may lie very deep.
  const left = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next === 'string') length += next.length + 2
    else if (Array.isArray(next)) {
      length += 2 + Math.max(0, next.length - 1)
      for (const item of next) left.push(item)
    } else if (typeof next === 'object' && next !== null) {
      const entries = Object.entries(next)
      length += 2 + Math.max(0, entries.length - 1)
      for (const [key, item] of entries) {
        length += key.length + 3
        left.push(item)
      }
    } else if (next !== undefined) length += String(next).length
  }
  return length
}
