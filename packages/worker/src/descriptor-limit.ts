import { readFileSync } from 'node:fs'

const USUAL_DESCRIPTORS = 1024

/** The limit of open files of this process. */
export function descriptorLimit(): number {
  try {
    const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line) || USUAL_DESCRIPTORS
  } catch {
    return USUAL_DESCRIPTORS
  }
}
