import { randomText } from '@piecework/model/ids'
import { ContextVersion } from './constants.ts'
import type { ActionContextOf, PauseHookParams, ResumeUrlParams } from './context.ts'

/** The members that contexts had before waitpoints, made from waitpoints. */
export const backwardCompatabilityContextUtils = {
  /** The context as a piece of an older context version expects it; `undefined` stands for the oldest, which do not say. */
  makeActionContextBackwardCompatible<Auth, Values>(params: {
    context: ActionContextOf<Auth, Values>
    contextVersion: ContextVersion | undefined
  }): ActionContextOf<Auth, Values> & { serverUrl?: string } {
    const { context, contextVersion } = params
    if (contextVersion === ContextVersion.V2) return context
    return {
      ...context,
      run: { ...context.run, pause: (pause) => pauseBy(context, pause) },
      generateResumeUrl: (url) => resumeUrl(context, url),
      ...(contextVersion === undefined ? { serverUrl: context.server.publicUrl } : {}),
    }
  },
}

function pauseBy(context: ActionContextOf<unknown, unknown>, { pauseMetadata }: PauseHookParams): void {
  const { type } = pauseMetadata
  // The caller cannot wait: a refusal surfaces as an unhandled rejection, which fails the step.
  void context.run.createWaitpoint({
    type,
    version: 'V0',
    ...(type === 'DELAY' ? { resumeDateTime: pauseMetadata.resumeDateTime } : {}),
    ...(type === 'WEBHOOK' && pauseMetadata.response ? { responseToSend: pauseMetadata.response } : {}),
  })
  context.run.waitForWaitpoint('')
}

function resumeUrl(context: ActionContextOf<unknown, unknown>, { queryParams, sync }: ResumeUrlParams): string {
  const url = new URL(`v1/flow-runs/${context.run.id}/requests/${randomText(21)}`, context.server.publicUrl)
  if (sync) url.pathname += '/sync'
  for (const [name, value] of Object.entries(queryParams)) url.searchParams.set(name, value)
  return url.toString()
}
