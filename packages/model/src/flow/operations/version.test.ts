import { describe, expect, it } from 'vitest'
import { draftFrom } from '../content.ts'
import { setSampleData } from '../sample-data.ts'
import { code, flow, loop, NOW, operate, outline, router, stepOf, webhook } from '../testing.ts'

const note = { id: 'n', content: 'hello', color: 'blue', position: { x: 1, y: 2 }, size: { width: 3, height: 4 } }
const refused = expect.objectContaining({ code: 'FLOW_OPERATION_INVALID' })

describe('notes', () => {
  it('are added, changed and deleted', () => {
    const added = operate(flow(), 'ADD_NOTE', note)
    expect(added.notes).toEqual([{ ...note, ownerId: 'user', createdAt: NOW, updatedAt: NOW }])
    const changed = operate(added, 'UPDATE_NOTE', { ...note, content: 'bye', ownerId: 'other' })
    expect(changed.notes).toMatchObject([{ id: 'n', content: 'bye', ownerId: 'other', createdAt: NOW }])
    expect(operate(changed, 'DELETE_NOTE', { id: 'n' }).notes).toEqual([])
    expect(() => operate(added, 'ADD_NOTE', note)).toThrow(refused)
    expect(() => operate(flow(), 'UPDATE_NOTE', note)).toThrow(refused)
    expect(() => operate(flow(), 'DELETE_NOTE', { id: 'n' })).toThrow(refused)
  })
})

describe('a locked version', () => {
  it('takes notes, but no edits', () => {
    const locked = operate(flow(code('a')), 'LOCK_FLOW', {})
    expect(locked.state).toBe('LOCKED')
    expect(operate(locked, 'ADD_NOTE', note).notes).toHaveLength(1)
    expect(() => operate(locked, 'CHANGE_NAME', { displayName: 'x' })).toThrow(refused)
  })

  it('is copied into a draft with the sample data of its trigger', () => {
    const locked = operate(flow(code('a')), 'LOCK_FLOW', {})
    setSampleData(locked.trigger, { sampleDataFileId: 'file' })
    setSampleData(stepOf(locked, 'a'), { sampleDataFileId: 'file2' })
    const draft = draftFrom(locked, { id: 'draft', now: NOW, userId: 'user' })
    expect(draft).toMatchObject({ id: 'draft', flowId: 'flow', state: 'DRAFT', created: NOW, valid: true })
    expect(draft.trigger.settings).toHaveProperty('sampleData', { sampleDataFileId: 'file' })
    expect(stepOf(draft, 'a').settings).not.toHaveProperty('sampleData')
  })
})

describe('CHANGE_NAME', () => {
  it('renames', () => {
    expect(operate(flow(), 'CHANGE_NAME', { displayName: 'New' }).displayName).toBe('New')
  })
})

describe('IMPORT_FLOW', () => {
  const request = (steps = flow(loop('l', [code('a')]), router('r', [[code('b')], []])).trigger) => ({
    displayName: 'Imported',
    trigger: steps,
    schemaVersion: '20',
    notes: [{ ...note, ownerId: 'stranger', createdAt: 'then', updatedAt: 'then' }],
  })

  it('replaces name, steps and notes, and keeps no foreign sample data', () => {
    const trigger = flow(code('a')).trigger
    setSampleData(trigger, { sampleDataFileId: 'foreign' })
    const version = operate(flow(code('old')), 'IMPORT_FLOW', request(trigger))
    expect(version).toMatchObject({
      id: 'version',
      displayName: 'Imported',
      schemaVersion: '20',
      notes: [{ ownerId: 'user' }],
    })
    expect(outline(version)).toBe('trigger a')
    expect(version.trigger.settings).not.toHaveProperty('sampleData')
    expect(outline(operate(flow(), 'IMPORT_FLOW', request()))).toBe('trigger l(a) r(b|)')
  })

  it('takes what hand-written flows leave out, and no notes', () => {
    const { valid: _, lastUpdatedDate: __, ...trigger } = webhook()
    const { children: ___, ...bare } = router('r', [[], []])
    const body = { displayName: 'x', trigger: { ...trigger, nextAction: { ...bare, nextAction: null } }, notes: null }
    const version = operate(flow(), 'IMPORT_FLOW', body)
    expect(outline(version)).toBe('trigger r(|)')
    expect(version.notes).toEqual([])
  })

  it('gives a step whose name another one has a name of its own', () => {
    const { trigger } = flow(code('a'), loop('l', [code('a')]))
    expect(outline(operate(flow(), 'IMPORT_FLOW', request(trigger)))).toBe('trigger a l(step_1)')
  })

  it('refuses routers with more children than branches, and names all of them', () => {
    const wide = (name: string) => ({ ...router(name, [[], []]), children: [null, null, code(`in_${name}`)] })
    const { trigger } = flow(wide('r'), wide('s'))
    expect(() => operate(flow(), 'IMPORT_FLOW', request(trigger))).toThrow(refused)
    expect(() => operate(flow(), 'IMPORT_FLOW', request(trigger))).toThrow(/router r .*router s /)
  })

  it('names the place of a malformed step', () => {
    const trigger = { ...webhook(), nextAction: { ...code('a'), settings: { input: {} } } }
    expect(() => operate(flow(), 'IMPORT_FLOW', { displayName: 'x', trigger })).toThrow(
      /"trigger",\s*"nextAction",\s*"settings",\s*"sourceCode"/,
    )
  })
})
