import { createAction, isApFile, isMap, Property } from '@piecework/framework'
import { newPdf, openPdf } from '../documents.ts'

export const extractPdfPages = createAction({
  name: 'extractPdfPages',
  displayName: 'Extract PDF Pages',
  description: 'Makes a document of some pages of another',
  props: {
    file: Property.File({ displayName: 'PDF File', required: true }),
    pageRanges: Property.Array({
      displayName: 'Page Ranges',
      description: 'The first page is 1; -1 is the last one, -2 the one before',
      required: true,
      properties: {
        startPage: Property.Number({ displayName: 'Start Page', required: true }),
        endPage: Property.Number({ displayName: 'End Page', required: true }),
      },
    }),
  },
  async run({ propsValue, files }) {
    const source = await openPdf(propsValue.file)
    const indices = propsValue.pageRanges.flatMap((range) => pagesOf(range, source.getPageCount()))
    if (indices.length === 0) throw new Error('Name at least one range of pages.')
    const pdf = await newPdf()
    for (const page of await pdf.copyPages(source, indices)) pdf.addPage(page)
    const fileName = `extracted_${propsValue.file.filename}`
    return files.write({ fileName, data: Buffer.from(await pdf.save()) })
  },
})

/** The zero-based pages of a range. @throws when it leaves the document or runs backwards. */
function pagesOf(range: unknown, count: number): number[] {
  const start = Number(isMap(range) ? range.startPage : Number.NaN)
  const end = Number(isMap(range) ? range.endPage : Number.NaN)
  const name = `${start} to ${end}`
  if (!Number.isInteger(start) || !Number.isInteger(end) || start === 0 || end === 0) {
    throw new Error(`Pages are whole numbers other than 0, received: ${name}`)
  }
  if (start < 0 !== end < 0) throw new Error(`A range cannot go from the end to the beginning: ${name}`)
  if (start > end) throw new Error(`A range starts before it ends: ${name}`)
  const from = start > 0 ? start - 1 : count + start
  const to = end > 0 ? end - 1 : count + end
  if (from < 0 || to >= count) throw new Error(`The document has ${count} pages, the range is ${name}.`)
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

export const mergePdfs = createAction({
  name: 'mergePdfs',
  displayName: 'Merge PDFs',
  description: 'Makes one document of several',
  props: {
    pdfFiles: Property.Array({
      displayName: 'PDF Files',
      required: true,
      properties: { file: Property.File({ displayName: 'PDF File', required: true }) },
    }),
    outputFileName: Property.ShortText({
      displayName: 'Output File Name',
      description: 'Without extension',
      required: false,
      defaultValue: 'merged-document',
    }),
  },
  async run({ propsValue, files }) {
    const sources = propsValue.pdfFiles.map((item) => (isMap(item) ? item.file : item))
    if (sources.length < 2) throw new Error('Merging needs at least two documents.')
    const pdf = await newPdf()
    for (const source of sources) {
      if (!isApFile(source)) throw new Error('Every item needs a file.')
      if (!/\.pdf$/i.test(source.filename)) throw new Error(`${source.filename} is not a PDF.`)
      const document = await openPdf(source)
      for (const page of await pdf.copyPages(document, document.getPageIndices())) pdf.addPage(page)
    }
    const name = (propsValue.outputFileName || 'merged-document').replace(/\.pdf$/i, '')
    return files.write({ fileName: `${name}.pdf`, data: Buffer.from(await pdf.save()) })
  },
})
