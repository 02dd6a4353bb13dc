import { createTrigger, TriggerStrategy } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'

const manual = createTrigger({
  name: 'manual_trigger',
  displayName: 'Manual Trigger',
  description: 'Starts the flow with the Run button of the builder',
  type: TriggerStrategy.MANUAL,
  props: {},
  sampleData: {},
  async onEnable() {},
  async onDisable() {},
  test: async () => [{}],
  run: async () => [{}],
})

export const manualTrigger = corePiece({
  displayName: 'Manual Trigger',
  description: 'Start flows by hand',
  logo: {
    color: '#0f766e',
    drawing:
      '<path d="M9 11V5a2 2 0 0 1 4 0v6M13 11V9a2 2 0 0 1 4 0v6a6 6 0 0 1-6 6c-3 0-4-1-6-4l-2-3c1-1.5 3-1 4 .5l2 1.5"/>',
  },
  triggers: [manual],
})
