import { createAction, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { errorHandlingHidden } from '../common/error-handling.ts'

const addTag = createAction({
  name: 'add_tag',
  displayName: 'Add Tag',
  description: 'Adds a tag to the run, to find it by in the list of runs',
  errorHandlingOptions: errorHandlingHidden,
  props: { name: Property.ShortText({ displayName: 'Name', required: true }) },
  async run({ propsValue, tags }) {
    const name = propsValue.name.trim()
    if (name === '') throw new Error('The tag needs a name.')
    await tags.add({ name })
    return { success: true }
  },
})

export const tags = corePiece({
  displayName: 'Tags',
  description: 'Tag runs',
  logo: { color: '#a16207', drawing: '<path d="M4 4h8l8 8-8 8-8-8zM8 8h.01"/>' },
  actions: [addTag],
})
