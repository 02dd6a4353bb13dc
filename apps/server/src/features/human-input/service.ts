import { type ChatPage, Flag, type FormPage, InputSettings } from '@piecework/api/human-input'
import { notFound } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { PieceTrigger } from '@piecework/model/flow/step'
import { fieldKey } from '@piecework/model/piece/field-key'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import { selectLatestVersion, selectVersion } from '../flows/store.ts'
import { pageBrandOf } from '../platforms/brand.ts'
import { selectFlowOfPage } from './store.ts'

const FormSettings = z.object({ inputs: z.array(InputSettings).catch([]), waitForResponse: Flag })
const ChatSettings = z.object({ botName: z.string().min(1).catch('AI Bot') })

/** Forms and chats by which people start flows. Anybody who knows the id of the flow may see them. */
export interface HumanInput {
  /** @param useDraft the version that is edited, instead of the published one. @throws AppError ENTITY_NOT_FOUND */
  form(flowId: string, useDraft: boolean): Promise<FormPage>
  chat(flowId: string, useDraft: boolean): Promise<ChatPage>
}

const PIECE = '@activepieces/piece-forms'

export function createHumanInput({ db }: { db: Db }): HumanInput {
  const find = async (flowId: string, useDraft: boolean, triggerName: string) => {
    const flow = await selectFlowOfPage(db, flowId)
    const version = flow && (await versionOf(flow, useDraft))
    const trigger = version && triggerOf(version, triggerName)
    // A flow that is not published gets the same answer as one that does not exist.
    if (!trigger) throw notFound(triggerName === 'form_submission' ? 'form' : 'chat', flowId)
    return { flow, version, trigger }
  }

  const versionOf = (flow: { id: string; publishedVersionId: string | null }, useDraft: boolean) => {
    if (useDraft) return selectLatestVersion(db, flow.id)
    return flow.publishedVersionId === null ? undefined : selectVersion(db, flow.id, flow.publishedVersionId)
  }

  return {
    async form(flowId, useDraft) {
      const { flow, version, trigger } = await find(flowId, useDraft, 'form_submission')
      const { inputs, waitForResponse } = FormSettings.parse(trigger.settings.input)
      return {
        id: flow.id,
        title: version.displayName,
        projectId: flow.projectId,
        version: trigger.settings.pieceVersion,
        props: { inputs: inputs.map((input) => ({ ...input, key: fieldKey(input.displayName) })), waitForResponse },
        brand: pageBrandOf(flow),
      }
    },
    async chat(flowId, useDraft) {
      const { flow, version, trigger } = await find(flowId, useDraft, 'chat_submission')
      return {
        id: flow.id,
        title: version.displayName,
        projectId: flow.projectId,
        platformLogoUrl: flow.fullLogoUrl,
        platformName: flow.name,
        props: ChatSettings.parse(trigger.settings.input),
        brand: pageBrandOf(flow),
      }
    },
  }
}

function triggerOf({ trigger }: Pick<FlowVersion, 'trigger'>, triggerName: string): PieceTrigger | undefined {
  if (trigger.type !== 'PIECE_TRIGGER') return undefined
  const { pieceName, triggerName: name } = trigger.settings
  return pieceName === PIECE && name === triggerName ? trigger : undefined
}
