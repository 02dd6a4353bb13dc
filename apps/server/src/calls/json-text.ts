import { parseJson } from '@piecework/model/parse-json'

/** A value as JSON text: it is handed on without being made. */
export class JsonText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }

  /** For what does not know of it. */
  toJSON(): unknown {
    return JSON.parse(this.text)
  }
}

/** Smaller texts are made into values: that takes no time to speak of. */
const LARGE_LENGTH = 64 * 1024

/** The value of JSON text that may come from user code; large text stays as it is. */
export function valueOfJson(text: string): unknown {
  if (text.length > LARGE_LENGTH && !text.startsWith('"')) return new JsonText(text)
  return parseJson(text, text)
}

/** JSON text of a map whose members may be JSON text already. */
export function jsonOf(map: object): string {
  if (!Object.values(map).some((value) => value instanceof JsonText)) return JSON.stringify(map)
  const members = Object.entries(map).filter(([, value]) => value !== undefined)
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${jsonOfValue(value)}`).join(',')}}`
}

export const jsonOfValue = (value: unknown): string => (value instanceof JsonText ? value.text : JSON.stringify(value))
