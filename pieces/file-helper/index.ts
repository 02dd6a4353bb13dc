import { corePiece } from '../common/core-piece.ts'
import { changeFileEncoding, checkFileType, createFile, getFileName, readFile } from './actions/file.ts'
import { unzipFile, zipFiles } from './actions/zip.ts'

export const fileHelper = corePiece({
  displayName: 'Files Helper',
  description: 'Read, make, convert and pack files',
  logo: {
    color: '#475569',
    drawing: '<path d="M14 3H6a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V8zM14 3v5h5"/>',
  },
  actions: [readFile, createFile, changeFileEncoding, checkFileType, zipFiles, unzipFile, getFileName],
})
