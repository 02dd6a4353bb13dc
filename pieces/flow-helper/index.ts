import { createAction, PieceCategory, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { errorHandlingHidden } from '../common/error-handling.ts'

export const flowHelper = corePiece({
  displayName: 'Flow Helper',
  description: 'Read, stop and fail the run itself',
  categories: [PieceCategory.FLOW_CONTROL],
  logo: {
    color: '#0f172a',
    drawing:
      '<rect x="3" y="3" width="7" height="6" rx="1"/><rect x="14" y="15" width="7" height="6" rx="1"/><path d="M6 9v4a5 5 0 0 0 5 5h3"/>',
  },
  actions: [
    createAction({
      name: 'getRunId',
      displayName: 'Get Run ID',
      description: 'The id of the run and the page that shows it',
      props: {},
      async run({ run, project, server }) {
        const site = server.publicUrl.replace(/\/api\/?$/, '')
        return { id: run.id, url: `${site}/projects/${project.id}/runs/${run.id}` }
      },
    }),
    createAction({
      name: 'failFlow',
      displayName: 'Fail Flow',
      description: 'Ends the run as failed',
      errorHandlingOptions: errorHandlingHidden,
      props: { message: Property.ShortText({ displayName: 'Message', required: true }) },
      async run({ propsValue }) {
        throw new Error(propsValue.message)
      },
    }),
    createAction({
      name: 'stopFlow',
      displayName: 'Stop Flow',
      description: 'Ends the run as succeeded',
      errorHandlingOptions: errorHandlingHidden,
      props: {},
      async run({ run }) {
        run.stop()
        return { success: true, message: 'Flow stopped' }
      },
    }),
  ],
})
