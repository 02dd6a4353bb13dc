import { createAction, isMap, Property } from '@piecework/framework'
import { reasonOf, type SftpAuthValue, sftpAuth, withServer } from './connection.ts'
import type { RemoteFiles } from './remote.ts'

/** A failure is an output of these actions: flows decide by `status` what to do. */
async function attempt(auth: SftpAuthValue, work: (files: RemoteFiles) => Promise<unknown>): Promise<unknown> {
  try {
    const result = await withServer(auth, work)
    return { status: 'success', ...(isMap(result) ? result : {}) }
  } catch (error) {
    return { status: 'error', error: reasonOf(error) }
  }
}

export const createFile = createAction({
  auth: sftpAuth,
  name: 'create_file',
  displayName: 'Create File from Text',
  description: 'Makes a file of a text',
  props: {
    fileName: Property.ShortText({ displayName: 'File Path', required: true }),
    fileContent: Property.LongText({ displayName: 'File content', required: true }),
  },
  run: ({ auth, propsValue }) =>
    attempt(auth, (files) => files.write(propsValue.fileName, Buffer.from(propsValue.fileContent, 'utf8'))),
})

export const uploadFile = createAction({
  auth: sftpAuth,
  name: 'upload_file',
  displayName: 'Upload File',
  description: 'Stores a file on the server',
  props: {
    fileName: Property.ShortText({ displayName: 'File Path', required: true }),
    fileContent: Property.File({ displayName: 'File content', required: true }),
  },
  run: ({ auth, propsValue }) =>
    attempt(auth, (files) => files.write(propsValue.fileName, propsValue.fileContent.data)),
})

export const readFileContent = createAction({
  auth: sftpAuth,
  name: 'read_file_content',
  displayName: 'Read File Content',
  description: 'Fetches a file of the server',
  props: { filePath: Property.ShortText({ displayName: 'File Path', required: true }) },
  run: ({ auth, propsValue: { filePath }, files: stepFiles }) =>
    attempt(auth, async (files) => {
      const data = await files.read(filePath)
      return { file: await stepFiles.write({ fileName: filePath.split('/').at(-1) || 'file', data }) }
    }),
})

export const deleteFile = createAction({
  auth: sftpAuth,
  name: 'deleteFile',
  displayName: 'Delete file',
  description: 'Removes a file',
  props: { filePath: Property.ShortText({ displayName: 'File Path', required: true }) },
  run: ({ auth, propsValue }) => attempt(auth, (files) => files.remove(propsValue.filePath)),
})

export const createFolder = createAction({
  auth: sftpAuth,
  name: 'createFolder',
  displayName: 'Create Folder',
  description: 'Makes a folder',
  props: {
    folderPath: Property.ShortText({ displayName: 'Folder Path', required: true }),
    recursive: Property.Checkbox({
      displayName: 'Recursive',
      description: 'Also make the folders above it',
      required: false,
      defaultValue: false,
    }),
  },
  run: ({ auth, propsValue }) =>
    attempt(auth, (files) => files.makeFolder(propsValue.folderPath, propsValue.recursive === true)),
})

export const deleteFolder = createAction({
  auth: sftpAuth,
  name: 'deleteFolder',
  displayName: 'Delete Folder',
  description: 'Removes a folder',
  props: {
    folderPath: Property.ShortText({ displayName: 'Folder Path', required: true }),
    recursive: Property.Checkbox({
      displayName: 'Recursive',
      description: 'Also remove everything in it',
      required: false,
      defaultValue: false,
    }),
  },
  run: ({ auth, propsValue }) =>
    attempt(auth, (files) => files.removeFolder(propsValue.folderPath, propsValue.recursive === true)),
})

export const listFolderContents = createAction({
  auth: sftpAuth,
  name: 'listFolderContents',
  displayName: 'List Folder Contents',
  description: 'The files and folders of a folder',
  props: { directoryPath: Property.ShortText({ displayName: 'Directory Path', required: true }) },
  run: ({ auth, propsValue }) =>
    attempt(auth, async (files) => ({ contents: await files.list(propsValue.directoryPath) })),
})

export const renameFileOrFolder = createAction({
  auth: sftpAuth,
  name: 'renameFileOrFolder',
  displayName: 'Rename File or Folder',
  description: 'Renames or moves a file or folder',
  props: {
    oldPath: Property.ShortText({ displayName: 'Old Path', required: true }),
    newPath: Property.ShortText({ displayName: 'New Path', required: true }),
  },
  run: ({ auth, propsValue }) => attempt(auth, (files) => files.rename(propsValue.oldPath, propsValue.newPath)),
})
