import { ApFile } from '@piecework/framework'
import { Jimp } from 'jimp'
import { beforeAll, describe, expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { pdf } from './index.ts'

async function make(name: string, values: Record<string, unknown>): Promise<ApFile> {
  const { output, recorded } = await runRecorded(pdf, name, values)
  const [[url, file] = []] = recorded.files
  expect(output).toBe(url)
  return new ApFile(file?.fileName ?? '', file?.data ?? Buffer.of(), 'pdf')
}
const textOf = (file: ApFile) => runAction(pdf, 'extractText', { file })
const count = (file: ApFile) => runAction(pdf, 'pdfPageCount', { file })

const broken = new ApFile('broken.pdf', Buffer.from('no document'))
let image: ApFile
/** Three pages, told apart by their text. */
let pages: ApFile
beforeAll(async () => {
  image = new ApFile('dot.png', await new Jimp({ width: 20, height: 10, color: 0xff0000ff }).getBuffer('image/png'))
  const singles = await Promise.all(['One', 'Two', 'Three'].map((text) => make('textToPdf', { text: `Page ${text}` })))
  pages = await make('mergePdfs', { pdfFiles: singles.map((file) => ({ file })) })
})

describe('text', () => {
  it('becomes a document, on as many pages as it needs, and text again', async () => {
    const file = await make('textToPdf', { text: `Grüße\n${'word '.repeat(3000)}end\u2009 fin` })
    expect(await count(file)).toBe(4)
    expect(await textOf(file)).toMatch(/Grüße.*end\s+fin/s)
  })

  it('with letters that the font does not have is refused, naming them', async () => {
    await expect(make('textToPdf', { text: 'Zażółć 日' })).rejects.toThrow('have no "ż" (U+017C)')
    const item = { text: '漢', distanceFromLeft: 50, distanceFromTop: 100 }
    await expect(make('addTextToPdf', { file: pages, textItems: [item] })).rejects.toThrow('"漢" (U+6F22)')
  })

  it('of what is no document is refused', async () => {
    await expect(textOf(broken)).rejects.toThrow('broken.pdf is not a PDF')
    await expect(count(broken)).rejects.toThrow('broken.pdf is not a PDF')
  })
})

describe('an image', () => {
  it('becomes a document of one page', async () => {
    expect(await count(await make('imageToPdf', { image }))).toBe(1)
    const turned = await new Jimp({ width: 8, height: 4, color: 0xff }).getBuffer('image/jpeg')
    expect(await count(await make('imageToPdf', { image: new ApFile('a.jpg', turned) }))).toBe(1)
    await expect(make('imageToPdf', { image: broken })).rejects.toThrow('not a PNG or JPEG')
  })
})

describe('pages', () => {
  it('are merged in order', async () => {
    expect(pages.filename).toBe('merged-document.pdf')
    expect(await textOf(pages)).toMatch(/One.*Two.*Three/s)
    await expect(make('mergePdfs', { pdfFiles: [{ file: pages }] })).rejects.toThrow('at least two')
    await expect(make('mergePdfs', { pdfFiles: [{ file: pages }, { file: image }] })).rejects.toThrow(
      'dot.png is not a PDF',
    )
  })

  it('are extracted from the beginning and from the end', async () => {
    const pageRanges = [
      { startPage: -1, endPage: -1 },
      { startPage: 1, endPage: 2 },
    ]
    expect(await textOf(await make('extractPdfPages', { file: pages, pageRanges }))).toMatch(/Three.*One.*Two/s)
  })

  it.each([
    [0, 1, 'other than 0'],
    [-1, 1, 'from the end to the beginning'],
    [2, 1, 'starts before it ends'],
    [1, 4, 'has 3 pages'],
    [-4, -1, 'has 3 pages'],
  ])('%d to %d are refused', async (startPage, endPage, message) => {
    await expect(make('extractPdfPages', { file: pages, pageRanges: [{ startPage, endPage }] })).rejects.toThrow(
      message,
    )
  })
})

describe('a stamp', () => {
  const place = { distanceFromLeft: 50, distanceFromTop: 100 }

  it('of text goes onto one page or all', async () => {
    const textItems = [
      { ...place, text: 'Draft', applyToAllPages: true, font: 'Courier', fontSize: 20 },
      { ...place, text: 'Last', pageNumber: 3, distanceFromTop: 300 },
    ]
    const stamped = await make('addTextToPdf', { file: pages, textItems })
    expect(stamped.filename).toBe('text_stamped_merged-document.pdf')
    expect(await textOf(stamped)).toMatch(/One.*Draft.*Two.*Draft.*Three.*Draft.*Last/s)
  })

  it('of an image keeps the pages', async () => {
    const imageItems = [{ ...place, imageFile: image, scale: 2, pageNumber: 2 }]
    const stamped = await make('addImageToPdf', { file: pages, imageItems })
    expect(stamped.filename).toBe('image_stamped_merged-document.pdf')
    expect(stamped.data.includes('/Image')).toBe(true)
    expect(await count(stamped)).toBe(3)
  })

  it('that does not fit, or goes nowhere, is refused', async () => {
    const text = (item: object) => make('addTextToPdf', { file: pages, textItems: [{ ...place, text: 'x', ...item }] })
    await expect(text({ text: 'x\n'.repeat(100) })).rejects.toThrow('does not fit')
    await expect(text({ pageNumber: 4 })).rejects.toThrow('no page 4')
    await expect(text({ font: 'Comic Sans' })).rejects.toThrow('Unknown font')
    const item = { ...place, imageFile: image, scale: 100 }
    await expect(make('addImageToPdf', { file: pages, imageItems: [item] })).rejects.toThrow('does not fit')
  })
})

describe('drawing pages', () => {
  const draw = async (file: ApFile, imageOutputType: string) => {
    const { output, recorded } = await runRecorded(pdf, 'convertToImage', { file, imageOutputType })
    const drawn = [...recorded.files.values()]
    return { output, urls: [...recorded.files.keys()], names: drawn.map((one) => one.fileName), drawn }
  }

  it('gives an image for each', async () => {
    const { output, urls, names, drawn } = await draw(pages, 'multiple')
    expect(output).toEqual({ images: urls })
    expect(names).toEqual(['merged-document-1.png', 'merged-document-2.png', 'merged-document-3.png'])
    for (const { data } of drawn) {
      const { width, height } = await Jimp.fromBuffer(data)
      expect({ width, height }).toEqual({ width: 1240, height: 1754 })
    }
  })

  it('or one of all of them, with the colours of the document', async () => {
    const imageItems = [{ imageFile: image, distanceFromLeft: 0, distanceFromTop: 0, scale: 5, pageNumber: 3 }]
    const { output, urls, drawn } = await draw(await make('addImageToPdf', { file: pages, imageItems }), 'single')
    expect(output).toEqual({ image: urls[0] })
    const whole = await Jimp.fromBuffer(drawn[0]?.data ?? Buffer.of())
    expect(whole.height / whole.width).toBeCloseTo((3 * 1754) / 1240, 2)
    expect(whole.getPixelColor(5, Math.round((whole.height * 2) / 3) + 5)).toBe(0xff0000ff)
    expect(whole.getPixelColor(5, 5)).toBe(0xffffffff)
  })

  it('of a huge page gives an image that fits into memory', async () => {
    const { PDFDocument } = await import('@cantoo/pdf-lib')
    const poster = await PDFDocument.create()
    poster.addPage([14_400, 14_400])
    const { drawn } = await draw(new ApFile('poster.pdf', Buffer.from(await poster.save())), 'multiple')
    // Its size stands at the beginning of a PNG.
    const png = drawn[0]?.data ?? Buffer.of()
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
    expect(width * height).toBeLessThan(33_000_000)
    expect(width).toBe(height)
  })

  it('needs a document', async () => {
    await expect(draw(broken, 'multiple')).rejects.toThrow('broken.pdf is not a PDF')
  })

  it('is limited to 16 MB', async () => {
    const large = new ApFile('large.pdf', Buffer.alloc(17 * 1024 * 1024))
    await expect(runAction(pdf, 'convertToImage', { file: large, imageOutputType: 'single' })).rejects.toThrow('16 MB')
  })
})
