/** The value of a file property: the content is already there. */
export class ApFile {
  filename: string
  data: Buffer
  extension: string | undefined

  constructor(filename: string, data: Buffer, extension?: string) {
    this.filename = filename
    this.data = data
    this.extension = extension
  }

  get base64(): string {
    return this.data.toString('base64')
  }
}
