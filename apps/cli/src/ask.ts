import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'

export interface Question {
  text: string
  choices?: readonly string[] | undefined
  /** The answer when the user types nothing. */
  fallback?: string | undefined
  /** The input is not shown. */
  secret?: boolean | undefined
}

/** Asks on stderr, so that the output of a command can be piped. */
export interface Asker {
  /** @throws Error when the input ends before an answer. */
  ask(question: Question): Promise<string>
  close(): void
}

export function createAsker(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Asker {
  let lines: Interface | undefined
  let typed: AsyncIterator<string> | undefined
  let hidden = false
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) output.write(chunk)
      done()
    },
  })

  return {
    async ask({ text, choices, fallback, secret }) {
      // One reader for all questions, because piped input arrives at once.
      lines ??= createInterface({ input, output: echo, terminal: input.isTTY })
      typed ??= lines[Symbol.asyncIterator]()
      const hint = choices ? ` (${choices.join(' or ')})` : ''
      output.write(`? ${text}${hint}${fallback === undefined || fallback === '' ? '' : ` [${fallback}]`}: `)
      hidden = secret === true
      const { value, done } = await typed.next()
      hidden = false
      if (secret || !input.isTTY) output.write('\n')
      if (done) throw new Error(`No answer to '${text}'`)
      return value.trim() || (fallback ?? '')
    },
    close: () => lines?.close(),
  }
}
