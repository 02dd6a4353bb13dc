import { createAction, Property } from '@piecework/framework'
import { options } from '../../common/options.ts'
import { openPdf, unreadable } from '../documents.ts'
import { documentImage, pageImage, withPages } from '../render.ts'

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
    const name = (page: number) => `${file.filename.replace(/\.pdf$/i, '')}-${page}.png`
    return withPages(file, async (pages) => {
      if (imageOutputType === 'single') {
        return { image: await files.write({ fileName: name(1), data: await documentImage(pages) }) }
      }
      const images: string[] = []
      for (const page of pages)
        images.push(await files.write({ fileName: name(page.number + 1), data: await pageImage(page) }))
      return { images }
    })
  },
})
