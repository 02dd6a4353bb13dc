import type { PDFiumDocument, PDFiumPage } from '@hyzyla/pdfium'
import type { ApFile } from '@piecework/framework'
import { unreadable } from './documents.ts'
import { type Bitmap, blank, encodePng, place } from './png.ts'

/** Drawing of pages, by the WebAssembly build of the library that Chromium shows documents with. */

const DOTS_PER_INCH = 150
const POINTS_PER_INCH = 72
/** In one image, as 4 bytes each and some copies of them: larger pages are drawn smaller. */
const MAX_PIXELS = 32_000_000

/** Opens a document for one piece of work on its pages. @throws with the file's name when it cannot be read. */
export async function withPages<T>(file: ApFile, work: (pages: PDFiumPage[]) => Promise<T>): Promise<T> {
  const { PDFiumLibrary } = await import('@hyzyla/pdfium')
  const library = await PDFiumLibrary.init()
  try {
    const document = await opened(() => library.loadDocument(new Uint8Array(file.data)), file)
    try {
      return await work([...document.pages()])
    } finally {
      document.destroy()
    }
  } finally {
    library.destroy()
  }
}

async function opened(load: () => Promise<PDFiumDocument>, file: ApFile): Promise<PDFiumDocument> {
  try {
    return await load()
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** A page as PNG. */
export async function pageImage(page: PDFiumPage): Promise<Buffer> {
  return encodePng(await draw(page, scaleFor([page])))
}

/** All pages below each other as one PNG. */
export async function documentImage(pages: readonly PDFiumPage[]): Promise<Buffer> {
  const scale = scaleFor(pages)
  const { width, height } = sizeOfAll(pages, scale)
  const whole = blank(width, height)
  let top = 0
  for (const page of pages) {
    const picture = await draw(page, scale)
    place(picture, whole, top)
    top += picture.height
  }
  return encodePng(whole)
}

async function draw(page: PDFiumPage, scale: number): Promise<Bitmap> {
  const size = sizeOf(page, scale)
  const { data, width, height } = await page.render({ ...size, render: 'bitmap', renderFormFields: true })
  return { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), width, height }
}

function sizeOf(page: PDFiumPage, scale: number): { width: number; height: number } {
  const { originalWidth, originalHeight } = page.getOriginalSize()
  const pixels = (points: number) => Math.max(1, Math.round(points * scale))
  return { width: pixels(originalWidth), height: pixels(originalHeight) }
}

function sizeOfAll(pages: readonly PDFiumPage[], scale: number): { width: number; height: number } {
  const sizes = pages.map((page) => sizeOf(page, scale))
  return {
    width: Math.max(1, ...sizes.map((size) => size.width)),
    height: Math.max(
      1,
      sizes.reduce((total, size) => total + size.height, 0),
    ),
  }
}

/** The usual resolution, or a smaller one when the image of all pages would be too large. */
function scaleFor(pages: readonly PDFiumPage[]): number {
  const usual = DOTS_PER_INCH / POINTS_PER_INCH
  const { width, height } = sizeOfAll(pages, usual)
  return usual * Math.min(1, Math.sqrt(MAX_PIXELS / (width * height)))
}
