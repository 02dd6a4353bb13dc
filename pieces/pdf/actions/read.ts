import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createAction, Property } from '@piecework/framework'
import { options } from '../../common/options.ts'
import { openPdf, unreadable } from '../documents.ts'

const file = Property.File({ displayName: 'PDF File', required: true })

export const extractText = createAction({
  name: 'extractText',
  displayName: 'Extract Text',
  description: 'The text of all pages',
  props: { file },
  async run({ propsValue }) {
    const { extractText, getDocumentProxy } = await import('unpdf')
    try {
      // The library takes the bytes for itself: it gets its own.
      const document = await getDocumentProxy(new Uint8Array(propsValue.file.data))
      const { text } = await extractText(document, { mergePages: true })
      await document.cleanup()
      return text
    } catch (error) {
      throw unreadable(propsValue.file, error)
    }
  },
})

export const pdfPageCount = createAction({
  name: 'pdfPageCount',
  displayName: 'PDF Page Count',
  description: 'How many pages a document has',
  props: { file },
  run: async ({ propsValue }) => (await openPdf(propsValue.file)).getPageCount(),
})

const MAX_INPUT_BYTES = 16 * 1024 * 1024
const RENDER_TIMEOUT_MS = 120_000

export const convertToImage = createAction({
  name: 'convertToImage',
  displayName: 'Convert to Image',
  description: 'Draws the pages as PNG images',
  props: {
    file,
    imageOutputType: Property.StaticDropdown<string, true>({
      displayName: 'Output Image Type',
      required: true,
      defaultValue: 'multiple',
      options: options({ single: 'One image of all pages', multiple: 'One image a page' }),
    }),
  },
  async run({ propsValue, files }) {
    const { file, imageOutputType } = propsValue
    if (file.data.length > MAX_INPUT_BYTES) throw new Error('The document is larger than 16 MB.')
    const pages = await render(file.data)
    const name = (index: number) => `${file.filename.replace(/\.pdf$/i, '')}-${index + 1}.png`
    if (imageOutputType !== 'single') {
      const images = await Promise.all(pages.map((data, index) => files.write({ fileName: name(index), data })))
      return { images }
    }
    return { image: await files.write({ fileName: name(0), data: await stack(pages) }) }
  },
})

/** One PNG a page, by poppler: nothing in JavaScript draws documents faithfully. */
async function render(pdf: Buffer): Promise<Buffer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pdf-'))
  try {
    await writeFile(join(folder, 'input.pdf'), pdf)
    await promisify(execFile)('pdftoppm', ['-png', '-r', '150', 'input.pdf', 'page'], {
      cwd: folder,
      timeout: RENDER_TIMEOUT_MS,
    })
    const names = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort()
    return await Promise.all(names.map((name) => readFile(join(folder, name))))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('Drawing pages needs the program pdftoppm: install the package poppler-utils on the worker.')
    }
    throw new Error(`The document cannot be drawn: ${error instanceof Error ? error.message : error}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The pages below each other in one image. */
async function stack(pages: Buffer[]): Promise<Buffer> {
  const { Jimp } = await import('jimp')
  const pictures = await Promise.all(pages.map((page) => Jimp.fromBuffer(page)))
  const width = Math.max(1, ...pictures.map((picture) => picture.width))
  const height = pictures.reduce((total, picture) => total + picture.height, 0)
  const whole = new Jimp({ width, height: Math.max(1, height), color: 0xffffffff })
  let top = 0
  for (const picture of pictures) {
    whole.composite(picture, 0, top)
    top += picture.height
  }
  return whole.getBuffer('image/png')
}
