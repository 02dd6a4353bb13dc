import type { Step, Trigger } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'

/** The steps whose name, piece or settings have the words, in reading order. */
export function findSteps(trigger: Trigger, words: string): Step[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return []
  return [...walk(trigger)].filter(({ name, displayName, settings }) => {
    const text = `${name} ${displayName} ${JSON.stringify({ ...settings, sampleData: undefined })}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}
