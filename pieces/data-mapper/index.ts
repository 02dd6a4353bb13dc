import { createAction, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { errorHandlingHidden } from '../common/error-handling.ts'

const advancedMapping = createAction({
  name: 'advanced_mapping',
  displayName: 'Advanced Mapping',
  description: 'Puts values of earlier steps into a new shape',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    mapping: Property.Json({
      displayName: 'Mapping',
      description: 'The shape to make, with values of earlier steps inserted',
      required: true,
      defaultValue: { newProperty: 'oldProperty' },
    }),
  },
  run: async ({ propsValue }) => propsValue.mapping,
})

export const dataMapper = corePiece({
  displayName: 'Data Mapper',
  description: 'Bring data into another shape',
  logo: {
    color: '#7c3aed',
    drawing: '<path d="M3 6h6l6 12h6M3 18h6l2-4M13 10l2-4h6"/>',
  },
  actions: [advancedMapping],
})
