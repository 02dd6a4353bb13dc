import { createAction, Property } from '@piecework/framework'
import { MIME_TYPES, mimeTypeOf } from '@piecework/model/mime-types'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { options } from '../../common/options.ts'

const file = Property.File({ displayName: 'File', required: true })

export const readFile = createAction({
  name: 'read_file',
  displayName: 'Read File',
  description: 'The content of a file as text or base64',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    file,
    readOptions: Property.StaticDropdown<string, true>({
      displayName: 'Output format',
      required: true,
      options: options({ text: 'Text', base64: 'Base64' }),
    }),
  },
  async run({ propsValue }) {
    const { data, filename } = propsValue.file
    if (propsValue.readOptions === 'text') return { text: data.toString('utf8') }
    if (propsValue.readOptions !== 'base64') throw new Error(`Unknown output format: ${propsValue.readOptions}`)
    const base64 = data.toString('base64')
    return { base64, base64WithMimeType: `data:${mimeTypeOf(filename)};base64,${base64}` }
  },
})

const ENCODINGS = ['ascii', 'utf8', 'utf16le', 'ucs2', 'base64', 'base64url', 'latin1', 'binary', 'hex']

function encodingProperty(displayName: string, defaultValue?: string) {
  return Property.StaticDropdown<string, true>({
    displayName,
    required: true,
    options: { options: ENCODINGS.map((encoding) => ({ label: encoding, value: encoding })) },
    ...(defaultValue ? { defaultValue } : {}),
  })
}

function checkedEncoding(name: string): BufferEncoding {
  if (!ENCODINGS.includes(name) || !Buffer.isEncoding(name)) throw new Error(`Unknown encoding: ${name}`)
  return name
}

function checkedName(name: string): string {
  if (name.trim() === '') throw new Error('The file needs a name.')
  return name.trim()
}

export const createFile = createAction({
  name: 'createFile',
  displayName: 'Create File',
  description: 'Makes a file of a text',
  props: {
    content: Property.LongText({ displayName: 'Content', required: true }),
    fileName: Property.ShortText({ displayName: 'File name', required: true }),
    encoding: encodingProperty('Encoding', 'utf8'),
  },
  async run({ propsValue, files }) {
    const fileName = checkedName(propsValue.fileName)
    const data = Buffer.from(propsValue.content, checkedEncoding(propsValue.encoding ?? 'utf8'))
    return { fileName, url: await files.write({ fileName, data }) }
  },
})

export const changeFileEncoding = createAction({
  name: 'change_file_encoding',
  displayName: 'Change File Encoding',
  description: 'Reads a file in one encoding and writes it in another',
  props: {
    inputFile: Property.File({ displayName: 'Source file', required: true }),
    inputEncoding: encodingProperty('Source encoding'),
    outputFileName: Property.ShortText({ displayName: 'Output file name', required: true }),
    outputEncoding: encodingProperty('Output encoding'),
  },
  async run({ propsValue, files }) {
    const text = propsValue.inputFile.data.toString(checkedEncoding(propsValue.inputEncoding))
    const data = Buffer.from(text, checkedEncoding(propsValue.outputEncoding))
    return files.write({ fileName: checkedName(propsValue.outputFileName), data })
  },
})

export const checkFileType = createAction({
  name: 'checkFileType',
  displayName: 'Check file type',
  description: 'Whether a file is of a type, by its extension',
  props: {
    file,
    mimeTypes: Property.StaticDropdown<string, true>({
      displayName: 'File type',
      required: true,
      options: { options: MIME_TYPES.map((type) => ({ label: type, value: type })) },
    }),
  },
  async run({ propsValue }) {
    const mimeType = mimeTypeOf(propsValue.file.filename)
    return { mimeType, isMatch: mimeType === propsValue.mimeTypes }
  },
})

export const getFileName = createAction({
  name: 'get_file_name',
  displayName: 'Get File Name',
  description: 'The name of a file',
  errorHandlingOptions: errorHandlingHidden,
  props: { file },
  run: async ({ propsValue }) => ({ fileName: propsValue.file.filename }),
})
