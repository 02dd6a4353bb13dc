const LONGEST_KIND = 200

/** A message without what differs from run to run: words with digits, such as ids, times and amounts. */
export function kindOfError(message: string): string {
  const words = message.slice(0, 2000).split(/\s+/)
  return words
    .map((word) => (/\d/.test(word) ? '#' : word))
    .join(' ')
    .trim()
    .slice(0, LONGEST_KIND)
}
