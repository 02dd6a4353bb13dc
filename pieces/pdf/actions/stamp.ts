import { createAction, isApFile, isMap, Property } from '@piecework/framework'
import { embedImage, openPdf, type Pdf, type PdfPage } from '../documents.ts'
import { printable, wrapText } from '../text-lines.ts'

const placeProps = {
  applyToAllPages: Property.Checkbox({ displayName: 'Apply to All Pages', required: false, defaultValue: false }),
  pageNumber: Property.Number({ displayName: 'Page Number', required: false, defaultValue: 1 }),
  distanceFromLeft: Property.Number({
    displayName: 'Distance From Left',
    description: 'In points: an inch has 72',
    required: true,
  }),
  distanceFromTop: Property.Number({ displayName: 'Distance From Top', required: true }),
}

const FONTS = [
  'Helvetica',
  'Helvetica-Bold',
  'Helvetica-Oblique',
  'Helvetica-BoldOblique',
  'Courier',
  'Courier-Bold',
  'Courier-Oblique',
  'Courier-BoldOblique',
  'Times-Roman',
  'Times-Bold',
  'Times-Italic',
  'Times-BoldItalic',
  'Symbol',
  'ZapfDingbats',
]

export const addTextToPdf = createAction({
  name: 'addTextToPdf',
  displayName: 'Add Text to PDF',
  description: 'Writes on pages of a document',
  props: {
    file: Property.File({ displayName: 'PDF File', required: true }),
    textItems: Property.Array({
      displayName: 'Text Items',
      required: true,
      properties: {
        text: Property.LongText({ displayName: 'Text', required: true }),
        ...placeProps,
        font: Property.StaticDropdown<string, true>({
          displayName: 'Font',
          required: true,
          defaultValue: 'Helvetica',
          options: { options: FONTS.map((font) => ({ label: font, value: font })) },
        }),
        fontSize: Property.Number({ displayName: 'Font Size', required: true, defaultValue: 11 }),
        lineSpacing: Property.Number({ displayName: 'Line Spacing', required: false, defaultValue: 1.15 }),
      },
    }),
  },
  async run({ propsValue, files }) {
    const pdf = await openPdf(propsValue.file)
    for (const item of propsValue.textItems) await writeItem(pdf, isMap(item) ? item : {})
    const fileName = `text_stamped_${propsValue.file.filename}`
    return files.write({ fileName, data: Buffer.from(await pdf.save()) })
  },
})

async function writeItem(pdf: Pdf, item: Record<string, unknown>): Promise<void> {
  const fontName = String(item.font ?? 'Helvetica')
  if (!FONTS.includes(fontName)) throw new Error(`Unknown font: ${fontName}`)
  const size = positive('The font size', item.fontSize ?? 11)
  const spacing = positive('The line spacing', item.lineSpacing ?? 1.15)
  const { left, top } = distances(item)
  const font = await pdf.embedFont(fontName)
  const text = printable(String(item.text ?? ''), new Set(font.getCharacterSet()))
  for (const page of pagesOf(pdf, item)) {
    const { width, height } = page.getSize()
    const lines = wrapText(text, font, size, width - left)
    const tooWide = lines.some((line) => font.widthOfTextAtSize(line, size) > width - left)
    const lowest = top + size + (lines.length - 1) * size * spacing
    if (tooWide || lowest > height) throw new Error(`The text does not fit on the page: ${text.slice(0, 80)}`)
    for (const [index, line] of lines.entries()) {
      page.drawText(line, { x: left, y: height - top - size - index * size * spacing, size, font })
    }
  }
}

export const addImageToPdf = createAction({
  name: 'addImageToPdf',
  displayName: 'Add Image to PDF',
  description: 'Puts images on pages of a document',
  props: {
    file: Property.File({ displayName: 'PDF File', required: true }),
    imageItems: Property.Array({
      displayName: 'Image Items',
      required: true,
      properties: {
        imageFile: Property.File({ displayName: 'Image', description: 'PNG or JPEG', required: true }),
        ...placeProps,
        scale: Property.Number({ displayName: 'Scale', required: true, defaultValue: 1 }),
      },
    }),
  },
  async run({ propsValue, files }) {
    const pdf = await openPdf(propsValue.file)
    for (const value of propsValue.imageItems) {
      const item = isMap(value) ? value : {}
      if (!isApFile(item.imageFile)) throw new Error('Every item needs an image.')
      const image = await embedImage(pdf, item.imageFile)
      const scale = positive('The scale', item.scale ?? 1)
      const { left, top } = distances(item)
      for (const page of pagesOf(pdf, item)) {
        const size = { width: image.width * scale, height: image.height * scale }
        const { width, height } = page.getSize()
        if (left + size.width > width || top + size.height > height) {
          throw new Error(`The image does not fit on the page: ${item.imageFile.filename}`)
        }
        page.drawImage(image, { x: left, y: height - top - size.height, ...size })
      }
    }
    const fileName = `image_stamped_${propsValue.file.filename}`
    return files.write({ fileName, data: Buffer.from(await pdf.save()) })
  },
})

/** The pages that an item goes onto. @throws for a page that the document does not have. */
function pagesOf(pdf: Pdf, item: Record<string, unknown>): PdfPage[] {
  const pages = pdf.getPages()
  if (item.applyToAllPages === true) return pages
  const number = Number(item.pageNumber ?? 1)
  const page = pages[number - 1]
  if (page === undefined) throw new Error(`The document has ${pages.length} pages, there is no page ${number}.`)
  return [page]
}

function distances(item: Record<string, unknown>): { left: number; top: number } {
  const left = Number(item.distanceFromLeft)
  const top = Number(item.distanceFromTop)
  if (!(left >= 0) || !(top >= 0)) throw new Error('The distances from left and top must be 0 or more.')
  return { left, top }
}

function positive(name: string, value: unknown): number {
  const number = Number(value)
  if (!(number > 0)) throw new Error(`${name} must be above 0, received: ${value}`)
  return number
}
