import type { TFunction } from 'i18next'
import type { FlowOverview } from '../../api/flows.ts'

/** The fields of a flow that actions on many need. */
export type FlowRef = Pick<FlowOverview, 'id' | 'displayName' | 'folderId'>

/** The parts that the actions of the list share. */
export interface Acting {
  t: TFunction<'automations'>
  common: TFunction<'common'>
  refresh(): Promise<void>
  failed(text: string, error: unknown): void
  open(flowId: string): void
  /** Marks flows as busy while something is done to them. */
  during(ids: readonly string[], act: () => Promise<void>): Promise<void>
}
