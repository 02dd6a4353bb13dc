import { expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { mathHelper } from './index.ts'

const calculate = (name: string, first_number: number, second_number: number) =>
  runAction(mathHelper, name, { first_number, second_number })

it.each([
  ['addition_math', 5, 3, 8],
  ['subtraction_math', 3, 10, 7],
  ['multiplication_math', 5, 3, 15],
  ['division_math', 9, 2, 4.5],
  ['modulo_math', 9, 4, 1],
  ['generateRandom_math', 7, 7, 7],
])('%s of %d and %d is %d', async (name, first, second, expected) => {
  expect(await calculate(name, first, second)).toBe(expected)
})

it('refuses to divide by zero', async () => {
  await expect(calculate('division_math', 1, 0)).rejects.toThrow('divide by zero')
  await expect(calculate('modulo_math', 1, 0)).rejects.toThrow('divide by zero')
})

it('finds random numbers between both ends, in any order', async () => {
  const numbers = await Promise.all(Array.from({ length: 100 }, () => calculate('generateRandom_math', 3, 1)))
  expect(new Set(numbers)).toEqual(new Set([1, 2, 3]))
  await expect(calculate('generateRandom_math', 1.2, 1.8)).rejects.toThrow('no whole number')
})
