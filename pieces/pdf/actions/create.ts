import { createAction, Property } from '@piecework/framework'
import { A4, embedImage, newPdf, type Pdf } from '../documents.ts'
import { printable, wrapText } from '../text-lines.ts'

const FONT_SIZE = 12
const LINE_HEIGHT = FONT_SIZE * 1.2
const TEXT_MARGIN = 50
const IMAGE_MARGIN = 30

export const textToPdf = createAction({
  name: 'textToPdf',
  displayName: 'Text to PDF',
  description: 'Writes a text into a document of A4 pages',
  props: { text: Property.LongText({ displayName: 'Text', required: true }) },
  async run({ propsValue, files }) {
    const pdf = await newPdf()
    const font = await pdf.embedStandardFont(await helvetica())
    const text = printable(propsValue.text, new Set(font.getCharacterSet()))
    const lines = wrapText(text, font, FONT_SIZE, A4.width - 2 * TEXT_MARGIN)
    const linesOfPage = Math.floor((A4.height - 2 * TEXT_MARGIN) / LINE_HEIGHT)
    for (let start = 0; start < lines.length; start += linesOfPage) {
      const page = pdf.addPage([A4.width, A4.height])
      for (const [index, line] of lines.slice(start, start + linesOfPage).entries()) {
        const y = A4.height - TEXT_MARGIN - FONT_SIZE - index * LINE_HEIGHT
        page.drawText(line, { x: TEXT_MARGIN, y, size: FONT_SIZE, font })
      }
    }
    return files.write({ fileName: 'text.pdf', data: Buffer.from(await pdf.save()) })
  },
})

async function helvetica() {
  const { StandardFonts } = await import('@cantoo/pdf-lib')
  return StandardFonts.Helvetica
}

export const imageToPdf = createAction({
  name: 'imageToPdf',
  displayName: 'Image to PDF',
  description: 'Puts an image on an A4 page',
  props: { image: Property.File({ displayName: 'Image', description: 'PNG or JPEG', required: true }) },
  async run({ propsValue, files }) {
    const pdf = await newPdf()
    const image = await embedImage(pdf, propsValue.image)
    await drawUpright(pdf, image, await turnsOf(propsValue.image.data))
    return files.write({ fileName: 'image.pdf', data: Buffer.from(await pdf.save()) })
  },
})

/** Quarter turns clockwise that the camera asks for in the image's EXIF tags. */
async function turnsOf(data: Buffer): Promise<number> {
  const { default: ExifReader } = await import('exifreader')
  try {
    const orientation = ExifReader.load(data).Orientation?.value
    return { 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3 }[Number(orientation)] ?? 0
  } catch {
    return 0
  }
}

async function drawUpright(pdf: Pdf, image: Awaited<ReturnType<typeof embedImage>>, turns: number): Promise<void> {
  const { degrees } = await import('@cantoo/pdf-lib')
  const lying = turns % 2 === 1
  const natural = lying ? { width: image.height, height: image.width } : image
  const room = { width: A4.width - 2 * IMAGE_MARGIN, height: A4.height - 2 * IMAGE_MARGIN }
  const scale = Math.min(1, room.width / natural.width, room.height / natural.height)
  const width = natural.width * scale
  const height = natural.height * scale
  const left = (A4.width - width) / 2
  const bottom = (A4.height - height) / 2
  // The image turns about its lower left corner, counter-clockwise: the corner goes where the turned image starts.
  const corners = [
    { x: left, y: bottom },
    { x: left, y: bottom + height },
    { x: left + width, y: bottom + height },
    { x: left + width, y: bottom },
  ]
  const corner = corners[turns] ?? { x: left, y: bottom }
  pdf.addPage([A4.width, A4.height]).drawImage(image, {
    ...corner,
    width: image.width * scale,
    height: image.height * scale,
    rotate: degrees(-90 * turns),
  })
}
