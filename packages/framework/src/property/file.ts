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

/** Whether the value is a file with its content. By shape: the engine's class need not be this module's. */
export function isApFile(value: unknown): value is ApFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'filename' in value &&
    typeof value.filename === 'string' &&
    'data' in value &&
    value.data instanceof Uint8Array
  )
}
