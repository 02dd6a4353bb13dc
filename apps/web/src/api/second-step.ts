import { ApiError } from '@piecework/sdk'
import { create } from 'zustand'

/** A sign-in whose first step is done. */
export interface SecondStep {
  challenge: string
  isSetUp: boolean
}

/** The second step that the server asks for; whatever way the person came in. */
export const useSecondStep = create<{ step: SecondStep | null }>(() => ({ step: null }))

export const leaveSecondStep = (): void => useSecondStep.setState({ step: null })

/** The second step that a refused sign-in leads to. */
export function noteSecondStep(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'SECOND_FACTOR_REQUIRED') return
  const { challenge, step } = error.params
  if (typeof challenge === 'string') useSecondStep.setState({ step: { challenge, isSetUp: step === 'SET_UP' } })
}
