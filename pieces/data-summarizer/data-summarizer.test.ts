import { describe, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { dataSummarizer } from './index.ts'

const summarize = (name: string, values: unknown[], fields?: string[]) =>
  runAction(dataSummarizer, name, { values, fields })

describe('numbers', () => {
  it('are summed, averaged and compared, also when they are texts', async () => {
    expect(await summarize('calculateSum', [1, '2.5', 3])).toEqual({ sum: 6.5 })
    expect(await summarize('calculateAverage', [1, '3'])).toEqual({ average: 2 })
    expect(await summarize('getMinMax', [4, -2, '10'])).toEqual({ max: 10, min: -2 })
  })

  it('are needed: other items are named', async () => {
    const error = await summarize('calculateSum', [1, 'x', '']).catch((error: Error) => JSON.parse(error.message))
    expect(error).toEqual({
      message: 'Some items are not numbers.',
      errors: [null, { value: 'x', location: 1 }, { value: '', location: 2 }],
    })
    await expect(summarize('calculateAverage', [])).rejects.toThrow('empty list')
    await expect(summarize('getMinMax', [])).rejects.toThrow('empty list')
  })
})

describe('uniques', () => {
  it('are counted as wholes, or by some fields', async () => {
    const list = [
      { id: 1, x: 1 },
      { id: 1, x: 2 },
      { id: 2, x: 2 },
    ]
    expect(await summarize('countUniques', ['a', 'a', 1, '1'])).toEqual({ numUniques: 3 })
    expect(await summarize('countUniques', list)).toEqual({ numUniques: 3 })
    expect(await summarize('countUniques', list, ['id'])).toEqual({ numUniques: 2 })
  })
})
