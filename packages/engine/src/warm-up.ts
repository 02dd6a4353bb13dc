import type { Engine } from './engine.ts'
import { runFlow } from './flow/run.ts'
import type { ExecuteFlow, RunPort } from './protocol.ts'
import { isSelfContained } from './sandbox/self-contained.ts'

const PIECE = '@activepieces/piece-webhook'
const NOW = '2026-01-01T00:00:00.000Z'
const shared = { valid: true, lastUpdatedDate: NOW, displayName: '' }
const settings = { pieceName: PIECE, pieceVersion: '0', propertySettings: {} }

const OPERATION: ExecuteFlow = {
  type: 'EXECUTE_FLOW',
  ...{ projectId: '', platformId: '', engineToken: '', flowRunId: '', flowId: '' },
  sealKey: '0'.repeat(64),
  prepared: {
    key: 'warm-up',
    codes: {},
    pieces: { [`${PIECE}@0`]: { bundled: PIECE } },
    version: {
      ...{ id: '', flowId: '', created: NOW, updated: NOW, displayName: '', valid: true, state: 'LOCKED' },
      ...{ agentIds: [], connectionIds: [], notes: [] },
      trigger: {
        ...shared,
        name: 'trigger',
        type: 'PIECE_TRIGGER',
        settings: { ...settings, triggerName: 'catch_webhook', input: {} },
        nextAction: {
          ...shared,
          name: 'step_1',
          type: 'PIECE',
          settings: {
            ...settings,
            actionName: 'return_response',
            input: {
              responseType: 'json',
              fields: { status: 200, headers: {}, body: { text: '{{trigger.body.text}}' } },
              respond: 'stop',
            },
          },
        },
      },
    },
  },
  executionType: 'BEGIN',
  triggerPayload: '{"body":{"text":"warm"}}',
  executeTrigger: false,
  resumePayload: null,
  journal: [],
  test: null,
  callerWaits: false,
  tellsSteps: false,
}

const NOWHERE: RunPort = {
  journal() {},
  flush: async () => {},
  respond() {},
  progress() {},
  connection: async () => ({ status: 'NOT_FOUND' }),
}

/**
 * Runs a small flow of built-in parts for nobody, so that the first run finds the engine's own code loaded: that is 20
 * of the 30 ms that the first run of a process takes longer. Nothing of it is kept or told.
 */
export async function warmUp(engine: Engine): Promise<void> {
  try {
    isSelfContained('exports.code = async (inputs) => [...inputs.list, { text: `a` + inputs.text }]')
    await runFlow(OPERATION, NOWHERE, engine)
  } catch {
    // A bundle without the piece: the first run loads what it needs.
  }
}
