import { createAction, type InputPropertyMap, isApFile, isMap, Property } from '@piecework/framework'
import { options } from '../../common/options.ts'

/** The most bytes that an archive may unpack to: a small file must not fill the memory. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024
/** Files and folders of an archive: each file becomes one of the server's, and a list of names is quickly made. */
const MAX_ENTRIES = 10_000

async function loadZip() {
  const zip = await import('@zip.js/zip.js')
  // Its workers are for browsers.
  zip.configure({ useWebWorkers: false })
  return zip
}

const usePassword = Property.Checkbox({ displayName: 'Use Password', required: false, defaultValue: false })
const password = Property.ShortText({ displayName: 'Password', required: true })

/** The password entered, or undefined without one. @throws when one is asked for and missing. */
function passwordOf(values: { usePassword?: boolean | undefined; passwordOptions?: unknown }): string | undefined {
  if (!values.usePassword) return undefined
  const entered = isMap(values.passwordOptions) ? values.passwordOptions.password : undefined
  if (typeof entered !== 'string' || entered === '') throw new Error('The password is empty.')
  return entered
}

export const zipFiles = createAction({
  name: 'zipFiles',
  displayName: 'Zip Files',
  description: 'Packs files into a ZIP archive',
  props: {
    files: Property.Array({
      displayName: 'Files',
      required: true,
      properties: {
        file: Property.File({ displayName: 'File', required: true }),
        filePath: Property.ShortText({
          displayName: 'Path in the archive',
          description: 'Empty for the name of the file',
          required: false,
        }),
      },
    }),
    outputFileName: Property.ShortText({ displayName: 'Output file name', required: true }),
    usePassword,
    passwordOptions: Property.DynamicProperties({
      displayName: 'Password Options',
      required: false,
      refreshers: ['usePassword'],
      async props({ usePassword }): Promise<InputPropertyMap> {
        if (!usePassword) return {}
        return {
          password,
          encryptionMethod: Property.StaticDropdown({
            displayName: 'Encryption Method',
            required: true,
            defaultValue: 'zipcrypto',
            options: options({ zipcrypto: 'ZipCrypto (works everywhere, weak)', 'aes-256': 'AES-256 (strong)' }),
          }),
        }
      },
    }),
  },
  async run({ propsValue, files }) {
    const zip = await loadZip()
    const secret = passwordOf(propsValue)
    const settings = isMap(propsValue.passwordOptions) ? propsValue.passwordOptions : {}
    const strong = settings.encryptionMethod === 'aes-256'
    const writer = new zip.ZipWriter(
      new zip.Uint8ArrayWriter(),
      secret === undefined ? {} : { password: secret, zipCrypto: !strong, encryptionStrength: 3 },
    )
    for (const item of propsValue.files) {
      if (!isMap(item) || !isApFile(item.file)) throw new Error('Every item needs a file.')
      const path = typeof item.filePath === 'string' && item.filePath !== '' ? item.filePath : item.file.filename
      await writer.add(path, new zip.Uint8ArrayReader(new Uint8Array(item.file.data)))
    }
    const name = propsValue.outputFileName
    const data = Buffer.from(await writer.close())
    return files.write({ fileName: /\.zip$/i.test(name) ? name : `${name}.zip`, data })
  },
})

export const unzipFile = createAction({
  name: 'unzipFile',
  displayName: 'Unzip File',
  description: 'Unpacks a ZIP archive',
  props: {
    file: Property.File({ displayName: 'Zip file', required: true }),
    maxResults: Property.Number({
      displayName: 'Max Results',
      description: 'An archive of more files is refused; 0 for the most that is possible, 10,000',
      required: false,
      defaultValue: 0,
    }),
    usePassword,
    passwordOptions: Property.DynamicProperties({
      displayName: 'Password Options',
      required: false,
      refreshers: ['usePassword'],
      props: async ({ usePassword }): Promise<InputPropertyMap> => (usePassword ? { password } : {}),
    }),
  },
  async run({ propsValue, files }) {
    const zip = await loadZip()
    const secret = passwordOf(propsValue)
    const reader = new zip.ZipReader(
      new zip.Uint8ArrayReader(new Uint8Array(propsValue.file.data)),
      secret === undefined ? {} : { password: secret },
    )
    const all = await readable(firstOf(reader.getEntriesGenerator(), MAX_ENTRIES + 1))
    if (all.length > MAX_ENTRIES) throw new Error(`The archive holds more than ${MAX_ENTRIES} files and folders.`)
    const entries = all.filter((entry) => !entry.directory)
    const limit = propsValue.maxResults ?? 0
    if (limit > 0 && entries.length > limit) {
      throw new Error(`The archive holds ${entries.length} files, more than the limit of ${limit}.`)
    }
    const size = entries.reduce((total, entry) => total + entry.uncompressedSize, 0)
    if (size > MAX_UNPACKED_BYTES) throw new Error(`The archive unpacks to ${size} bytes, which is too much.`)
    const unpacked: { file: string; filePath: string }[] = []
    for (const entry of entries) {
      if (entry.directory) continue
      const data = Buffer.from(await readable(entry.getData(new zip.Uint8ArrayWriter())))
      const fileName = entry.filename.split('/').at(-1) || 'file'
      unpacked.push({ file: await files.write({ fileName, data }), filePath: entry.filename })
    }
    return unpacked
  },
})

async function firstOf<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const first: T[] = []
  for await (const item of items) if (first.push(item) === count) break
  return first
}

/** The library's messages are for developers. */
async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (/password|encrypted/i.test(message)) throw new Error('The archive needs a password, or another one.')
    throw new Error(`The file is not a ZIP archive that can be read: ${message}`)
  }
}
