import { corePiece } from '../common/core-piece.ts'
import { imageToPdf, textToPdf } from './actions/create.ts'
import { extractPdfPages, mergePdfs } from './actions/pages.ts'
import { convertToImage, extractText, pdfPageCount } from './actions/read.ts'
import { addImageToPdf, addTextToPdf } from './actions/stamp.ts'

export const pdf = corePiece({
  displayName: 'PDF',
  description: 'Read, make and change PDF documents',
  logo: {
    color: '#dc2626',
    drawing: '<path d="M14 3H6a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V8zM14 3v5h5M9 13h6M9 17h4"/>',
  },
  actions: [
    extractText,
    convertToImage,
    textToPdf,
    imageToPdf,
    pdfPageCount,
    extractPdfPages,
    mergePdfs,
    addTextToPdf,
    addImageToPdf,
  ],
})
