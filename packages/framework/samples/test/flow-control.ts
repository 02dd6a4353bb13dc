import { createMockActionContext } from '@activepieces/pieces-framework'
import { stop } from '../src/actions/flow-control'

/** Compiled only: that a test of a piece has the types it needs. */
export const runStop = () =>
  stop.run(createMockActionContext<typeof stop.props>({ propsValue: { status: 201, headers: {} } }))
