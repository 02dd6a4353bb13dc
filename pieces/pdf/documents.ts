import type { ApFile } from '@piecework/framework'

/** Opening documents; the libraries are loaded with the first one. */

/** @throws with the file's name when it is no PDF, or is locked with a password. */
export async function openPdf(file: ApFile) {
  const { PDFDocument } = await import('@cantoo/pdf-lib')
  try {
    return await PDFDocument.load(file.data)
  } catch (error) {
    throw unreadable(file, error)
  }
}
export type Pdf = Awaited<ReturnType<typeof openPdf>>
export type PdfPage = ReturnType<Pdf['getPages']>[number]

export async function newPdf(): Promise<Pdf> {
  const { PDFDocument } = await import('@cantoo/pdf-lib')
  return PDFDocument.create()
}

export function unreadable(file: ApFile, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error)
  if (/encrypt|password/i.test(reason)) return new Error(`${file.filename} is locked with a password.`)
  return new Error(`${file.filename} is not a PDF that can be read: ${reason}`)
}

/** Embeds a PNG or JPEG, known by its first bytes. @throws for anything else. */
export async function embedImage(pdf: Pdf, file: ApFile) {
  const { data } = file
  if (data[0] === 0x89 && data.subarray(1, 4).toString() === 'PNG') return pdf.embedPng(data)
  if (data[0] === 0xff && data[1] === 0xd8) return pdf.embedJpg(data)
  throw new Error(`${file.filename} is not a PNG or JPEG image.`)
}

/** A4 in points. */
export const A4 = { width: 595.28, height: 841.89 }
