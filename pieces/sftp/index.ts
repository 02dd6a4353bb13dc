import { createPiece, PieceCategory } from '@piecework/framework'
import { logo } from '../common/logo.ts'
import {
  createFile,
  createFolder,
  deleteFile,
  deleteFolder,
  listFolderContents,
  readFileContent,
  renameFileOrFolder,
  uploadFile,
} from './actions.ts'
import { sftpAuth } from './connection.ts'
import { newFile } from './new-file.ts'

export const sftp = createPiece({
  displayName: 'FTP/SFTP',
  description: 'Work with files on FTP and SFTP servers',
  logoUrl: logo('#0c4a6e', '<path d="M4 20h16M12 4v12M7 9l5-5 5 5"/>'),
  authors: ['piecework'],
  categories: [PieceCategory.CORE, PieceCategory.DEVELOPER_TOOLS],
  auth: sftpAuth,
  actions: [
    createFile,
    uploadFile,
    readFileContent,
    deleteFile,
    createFolder,
    deleteFolder,
    listFolderContents,
    renameFileOrFolder,
  ],
  triggers: [newFile],
})
