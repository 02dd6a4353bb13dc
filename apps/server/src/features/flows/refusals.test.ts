import type { PopulatedFlow } from '@piecework/model/flow/flow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeAction, flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let flow: PopulatedFlow
let flows: ReturnType<typeof flowMaker>

const code = 'export const code = async () => 1'
const router = (branches: object[]) => ({
  ...{ type: 'ROUTER', name: 'router', displayName: 'Router', valid: true },
  settings: { executionType: 'EXECUTE_FIRST_MATCH', branches },
})
const fallback = { branchType: 'FALLBACK', branchName: 'Otherwise' }
const loop = { type: 'LOOP_ON_ITEMS', name: 'loop', displayName: 'Loop', valid: true, settings: { items: '{{[1]}}' } }

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  flow = await flows.create(webhookTrigger(), [codeAction('step_1', code), router([fallback])])
  await flows.operate(flow.id, 'ADD_ACTION', { parentStep: 'step_1', action: loop })
  await flows.operate(flow.id, 'ADD_ACTION', {
    ...{ parentStep: 'router', stepLocationRelativeToParent: 'INSIDE_BRANCH', branchIndex: 0 },
    action: codeAction('inside', code),
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const note = { id: 'n', content: '', color: 'red', position: { x: 0, y: 0 }, size: { width: 1, height: 1 } }
const inBranch = { parentStep: 'router', stepLocationRelativeToParent: 'INSIDE_BRANCH' }
const step = codeAction('step_9', code)

test.each([
  ['ADD_ACTION', { parentStep: 'ghost', action: step }, { stepName: 'step_9', field: 'parentStep', value: 'ghost' }],
  [
    'ADD_ACTION',
    { parentStep: 'trigger', action: codeAction('step_1', code) },
    { stepName: 'step_1', field: 'action.name', value: 'step_1' },
  ],
  [
    'ADD_ACTION',
    { parentStep: 'trigger', action: codeAction('JSON', code) },
    { stepName: 'JSON', field: 'action.name', value: 'JSON' },
  ],
  ['ADD_ACTION', { ...inBranch, branchIndex: 7, action: step }, { stepName: 'router', field: 'branchIndex', value: 7 }],
  ['ADD_ACTION', { parentStep: 'loop', action: step }, { stepName: 'loop', field: 'location' }],
  ['UPDATE_ACTION', step, { stepName: 'step_9' }],
  ['UPDATE_ACTION', router([]), { stepName: 'router', field: 'settings.branches' }],
  ['DELETE_ACTION', { names: ['trigger'] }, { stepName: 'trigger' }],
  [
    'MOVE_ACTION',
    { name: 'router', newParentStep: 'inside' },
    { stepName: 'router', field: 'newParentStep', value: 'inside' },
  ],
  ['DUPLICATE_ACTION', { stepName: 'step_9' }, { stepName: 'step_9' }],
  ['SET_SKIP_ACTION', { names: ['step_9'], skip: true }, { stepName: 'step_9' }],
  ['UPDATE_TRIGGER', { ...webhookTrigger(), name: 'step_1' }, { stepName: 'step_1', field: 'name' }],
  [
    'ADD_BRANCH',
    { stepName: 'router', branchIndex: 9, branchName: 'x' },
    { stepName: 'router', field: 'branchIndex', value: 9 },
  ],
  ['DELETE_BRANCH', { stepName: 'step_1', branchIndex: 0 }, { stepName: 'step_1', field: 'stepName' }],
  ['DUPLICATE_BRANCH', { stepName: 'router', branchIndex: 0 }, { stepName: 'router', field: 'branchIndex', value: 0 }],
  ['MOVE_BRANCH', { stepName: 'ghost', sourceBranchIndex: 0, targetBranchIndex: 1 }, { stepName: 'ghost' }],
  ['UPDATE_SAMPLE_DATA_INFO', { stepName: 'step_9', sampleDataSettings: null }, { stepName: 'step_9' }],
  ['SAVE_SAMPLE_DATA', { stepName: 'step_9', payload: 1, type: 'OUTPUT' }, { stepName: 'step_9' }],
  ['UPDATE_NOTE', note, { field: 'id', value: 'n' }],
  ['DELETE_NOTE', { id: 'n' }, { field: 'id', value: 'n' }],
  [
    'IMPORT_FLOW',
    {
      ...{ displayName: 'x', schemaVersion: '20', notes: [] },
      trigger: {
        ...webhookTrigger(),
        nextAction: { ...router([fallback]), lastUpdatedDate: 'x', children: [null, codeAction('a', code)] },
      },
    },
    { stepName: 'router', field: 'children' },
  ],
])('%s says which step and field it is about: %#', async (type, request, place) => {
  const answer = await flows.operate(flow.id, type, request)
  expect(answer).toMatchObject({ status: 400, body: { code: 'FLOW_OPERATION_INVALID' } })
  expect(answer.body).toMatchObject({ params: { ...place, message: expect.any(String) } })
})

test.each([
  ['CHANGE_FOLDER', { folderId: 'ghost' }, { field: 'folderId', value: 'ghost' }],
  ['UPDATE_OWNER', { ownerId: 'ghost' }, { field: 'ownerId', value: 'ghost' }],
  ['USE_AS_DRAFT', { versionId: 'ghost' }, { field: 'versionId', value: 'ghost' }],
  [
    'ADD_ACTION',
    { parentStep: 'trigger', action: pieceAction('step_9', '@nobody/piece-knows', '1.0.0', 'x') },
    { stepName: 'step_9', field: 'settings.pieceName', value: '@nobody/piece-knows@1.0.0' },
  ],
])('%s says what it names that there is not', async (type, request, place) => {
  const answer = await flows.operate(flow.id, type, request)
  expect(answer).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND', params: place } })
})

test.each([
  [
    'ADD_ACTION',
    { parentStep: 'trigger', action: { ...step, settings: { ...step.settings, sourceCode: 5 } } },
    { stepName: 'step_9', field: 'settings.sourceCode', value: 5 },
  ],
  ['UPDATE_ACTION', { ...loop, settings: { items: 7 } }, { stepName: 'loop', field: 'settings.items', value: 7 }],
  [
    'DELETE_BRANCH',
    { stepName: 'router', branchIndex: 'first' },
    { stepName: 'router', field: 'branchIndex', value: 'first' },
  ],
  [
    'IMPORT_FLOW',
    {
      ...{ displayName: 'x', schemaVersion: '20', notes: [] },
      trigger: { ...webhookTrigger(), nextAction: { ...loop, settings: { items: 7 } } },
    },
    { stepName: 'loop', field: 'settings.items', value: 7 },
  ],
])('%s of the wrong shape says so, too', async (type, request, place) => {
  const answer = await flows.operate(flow.id, type, request)
  expect(answer).toMatchObject({ status: 400, body: { code: 'FST_ERR_VALIDATION' } })
  expect(answer.body).toMatchObject({
    params: { ...place, issues: expect.arrayContaining([expect.objectContaining(place)]) },
  })
})

test('a flow that is not ready names each field, and the branch', async () => {
  const condition = {
    branchType: 'CONDITION',
    branchName: 'Large',
    conditions: [[{ operator: 'EXISTS', firstValue: '' }]],
  }
  await flows.operate(flow.id, 'UPDATE_ACTION', router([condition, fallback]))
  const answer = await flows.operate(flow.id, 'LOCK_AND_PUBLISH', {})
  expect(answer).toMatchObject({ status: 409, body: { code: 'FLOW_VERSION_INVALID' } })
  expect(answer.body).toMatchObject({
    params: { steps: [{ name: 'router', problems: [{ field: 'branch Large', branchIndex: 0 }] }] },
  })
})
