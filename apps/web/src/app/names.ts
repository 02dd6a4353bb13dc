/** A name that none of the others has: `Untitled`, `Untitled 2`, … */
export function freeName(wanted: string, taken: Iterable<string>): string {
  const names = new Set([...taken].map((name) => name.toLowerCase()))
  if (!names.has(wanted.toLowerCase())) return wanted
  let count = 2
  while (names.has(`${wanted} ${count}`.toLowerCase())) count++
  return `${wanted} ${count}`
}

/** A name as a file has it, on every system. */
export function fileName(name: string): string {
  const plain = name
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what files may not have
    .replace(/[\u0000-\u001f<>:"/\\|?*]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
  return plain.slice(0, 100) || 'automation'
}
