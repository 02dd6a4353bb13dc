import { createAction, Property } from '@piecework/framework'
import { mimeTypeOf } from '@piecework/model/mime-types'
import { errorHandlingHidden } from '../common/error-handling.ts'

export const returnResponse = createAction({
  name: 'return_response',
  displayName: 'Respond on UI',
  description: 'Shows text and a file to the person in front of the form or chat',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    markdown: Property.LongText({ displayName: 'Text (Markdown)', required: false }),
    file: Property.File({ displayName: 'Attachment', required: false }),
  },
  async run({ propsValue, run, files }) {
    const { file } = propsValue
    const attachments = file
      ? [
          {
            url: await files.write({ fileName: file.filename, data: file.data }),
            mimeType: mimeTypeOf(file.filename),
          },
        ]
      : []
    const body = { type: 'markdown', value: propsValue.markdown ?? '', files: attachments }
    run.respond({ response: { status: 200, headers: {}, body } })
    return body
  },
})
