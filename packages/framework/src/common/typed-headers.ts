import type { HttpHeaders } from './http-types.ts'

/** Headers that go out with their names as the caller wrote them; found in any case of letters. */
export class TypedHeaders {
  readonly #byKey = new Map<string, [name: string, value: string]>()

  constructor(given: HttpHeaders) {
    this.set('accept-encoding', 'gzip, deflate, br')
    for (const [name, value] of Object.entries(given)) {
      if (value !== undefined && value !== null) this.set(name, Array.isArray(value) ? value.join(', ') : String(value))
    }
  }

  get(name: string): string | undefined {
    return this.#byKey.get(name.toLowerCase())?.[1]
  }

  /** @throws Error naming the header when HTTP cannot carry it */
  set(name: string, value: string): void {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new Error(`Not a name of an HTTP header: ${JSON.stringify(name)}`)
    const trimmed = value.trim()
    const odd = /[^\t\x20-\x7e\x80-\xff]/.exec(trimmed)?.[0]
    if (odd !== undefined)
      throw new Error(`The header ${name} holds a character that HTTP cannot carry: ${JSON.stringify(odd)}`)
    this.#byKey.set(name.toLowerCase(), [name, trimmed])
  }

  delete(name: string): void {
    this.#byKey.delete(name.toLowerCase())
  }

  toMap(): Record<string, string> {
    return Object.fromEntries(this.#byKey.values())
  }
}
