import type { SentAttribute } from '@piecework/api/sso'
import { AppError } from '@piecework/model/errors'
import type { OutsidePerson } from './outside-person.ts'

/** The outcome of a test: what arrived, and the person in it, or why there is none. */
export interface Attempt {
  attributes: SentAttribute[]
  person: OutsidePerson | undefined
  refusal: AppError | undefined
}

/** Reads an answer in two steps, so that what arrived is known although no person can be made of it. */
export async function attempt<A>(
  read: () => Promise<A>,
  attributesOf: (answer: A) => SentAttribute[],
  personOf: (answer: A) => OutsidePerson,
): Promise<Attempt> {
  let attributes: SentAttribute[] = []
  try {
    const answer = await read()
    attributes = attributesOf(answer)
    return { attributes, person: personOf(answer), refusal: undefined }
  } catch (error) {
    if (error instanceof AppError) return { attributes, person: undefined, refusal: error }
    throw error
  }
}
