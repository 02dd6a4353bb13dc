const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
/** `Ben Okri <ben@example.com>`, as mail programs write it. */
const NAMED = /^.*<([^<>]+)>$/

/** How many people are invited at a time: the limit of the server. */
export const MOST_ADDRESSES = 100

interface Addresses {
  /** Each once, in the order in which they were entered. */
  valid: string[]
  invalid: string[]
}

/** Reads e-mail addresses that are separated by lines, commas, semicolons or, where they stand alone, spaces. */
export function readAddresses(text: string): Addresses {
  const parts = text
    .split(/[\n,;]+/)
    .map((part) => part.trim())
    .flatMap((part) => NAMED.exec(part)?.[1]?.trim() ?? part.split(/\s+/))
    .filter((part) => part !== '')
  const once = [...new Map(parts.map((part) => [part.toLowerCase(), part])).values()]
  return { valid: once.filter((part) => ADDRESS.test(part)), invalid: once.filter((part) => !ADDRESS.test(part)) }
}
