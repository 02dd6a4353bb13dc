import { randomInt } from 'node:crypto'
import { createAction, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { errorHandlingHidden } from '../common/error-handling.ts'

interface Operation {
  name: string
  displayName: string
  description: string
  labels?: [string, string]
  of(first: number, second: number): number
}

/** An action on two numbers. */
function operation({ name, displayName, description, labels = ['First Number', 'Second Number'], of }: Operation) {
  return createAction({
    name,
    displayName,
    description,
    errorHandlingOptions: errorHandlingHidden,
    props: {
      first_number: Property.Number({ displayName: labels[0], required: true }),
      second_number: Property.Number({ displayName: labels[1], required: true }),
    },
    run: async ({ propsValue }) => of(propsValue.first_number, propsValue.second_number),
  })
}

function nonZero(divisor: number): number {
  if (divisor === 0) throw new Error('Cannot divide by zero.')
  return divisor
}

/** Both ends belong to the range. */
function randomBetween(first: number, second: number): number {
  const min = Math.ceil(Math.min(first, second))
  const max = Math.floor(Math.max(first, second))
  if (min > max) throw new Error(`There is no whole number between ${first} and ${second}.`)
  return max - min < 2 ** 48 - 1 ? randomInt(min, max + 1) : min + Math.floor(Math.random() * (max - min + 1))
}

export const mathHelper = corePiece({
  displayName: 'Math Helper',
  description: 'Calculate with numbers',
  logo: { color: '#be185d', drawing: '<path d="M4 7h6M7 4v6M14 7h6M5 15l4 4M9 15l-4 4M14 15h6M14 19h6"/>' },
  actions: [
    operation({
      name: 'addition_math',
      displayName: 'Addition',
      description: 'Adds two numbers',
      of: (first, second) => first + second,
    }),
    operation({
      name: 'subtraction_math',
      displayName: 'Subtraction',
      description: 'Subtracts the first number from the second',
      labels: ['Number to subtract', 'Number to subtract from'],
      of: (first, second) => second - first,
    }),
    operation({
      name: 'multiplication_math',
      displayName: 'Multiplication',
      description: 'Multiplies two numbers',
      of: (first, second) => first * second,
    }),
    operation({
      name: 'division_math',
      displayName: 'Division',
      description: 'Divides the first number by the second',
      labels: ['Dividend', 'Divisor'],
      of: (first, second) => first / nonZero(second),
    }),
    operation({
      name: 'modulo_math',
      displayName: 'Modulo',
      description: 'The remainder of dividing the first number by the second',
      labels: ['Dividend', 'Divisor'],
      of: (first, second) => first % nonZero(second),
    }),
    operation({
      name: 'generateRandom_math',
      displayName: 'Generate Random Number',
      description: 'A random whole number from the first to the second',
      of: randomBetween,
    }),
  ],
})
