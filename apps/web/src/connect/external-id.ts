/** The id by which flows name a connection, made of its name: safe inside the quotes of an expression. */
export const externalIdOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\w\s-]/g, '')
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '') || 'connection'

/** The same id, with a number after it where others have it: a taken id would replace their connection. */
export function freeExternalId(name: string, taken: ReadonlySet<string>): string {
  const id = externalIdOf(name)
  if (!taken.has(id)) return id
  let count = 2
  while (taken.has(`${id}-${count}`)) count++
  return `${id}-${count}`
}
