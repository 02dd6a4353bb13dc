/** A place in a file of a program that is no part of what a flow can be. */
export class CodeRefusal extends Error {
  readonly file: string
  readonly line: number
  readonly reason: string

  constructor(file: string, line: number, reason: string) {
    super(`${file}:${line}: ${reason}`)
    this.name = 'CodeRefusal'
    this.file = file
    this.line = line
    this.reason = reason
  }
}
