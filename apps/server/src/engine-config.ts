import type { EngineConfig } from '@piecework/engine/protocol'
import { MAX_TEXT_BYTES } from '@piecework/worker/channel/messages'
import type { Settings } from './settings.ts'

/** Memory of one V8 isolate in the SANDBOX_CODE_* modes. */
const ISOLATE_MEMORY_MB = 128
/** Longer than an app or a database takes to restart. */
const API_PATIENCE_SECONDS = 25

/**
 * The settings that engines get.
 * @param internalApiUrl the API as the engine reaches it; ends with `/api/`.
 */
export function engineConfig(settings: Settings, internalApiUrl: string): EngineConfig {
  return {
    executionMode: settings.executionMode,
    networkMode: settings.networkMode,
    ssrfAllowList: settings.ssrfAllowList,
    internalApiUrl,
    publicApiUrl: `${settings.frontendUrl}/api/`,
    limits: {
      maxLogSizeMb: settings.maxFlowRunLogSizeMb,
      sliceThresholdKb: settings.flowRunLogSliceThresholdKb,
      inputTruncateThresholdKb: settings.flowRunLogInputTruncateThresholdKb,
      maxFileSizeMb: settings.maxFileSizeMb,
      pausedFlowTimeoutDays: settings.pausedFlowTimeoutDays,
      isolateMemoryMb: ISOLATE_MEMORY_MB,
      apiPatienceSeconds: API_PATIENCE_SECONDS,
    },
  }
}

const MB = 1024 * 1024
const MESSAGE_OVERHEAD_MB = 16

/**
 * The largest message between an app and a separate worker: what a run ends with is its last entries and its log,
 * each a text within the text and so up to twice its size, and an answer; what it begins with is no more.
 */
export function maxMessageBytes({ maxFlowRunLogSizeMb, maxWebhookPayloadSizeMb, maxFileSizeMb }: Settings): number {
  const largest = Math.max(maxFlowRunLogSizeMb, maxWebhookPayloadSizeMb, maxFileSizeMb)
  return Math.min((5 * largest + MESSAGE_OVERHEAD_MB) * MB, MAX_TEXT_BYTES)
}

/** The variables that the operator lets sandboxed code see. */
export function propagatedEnvironment(settings: Settings): Record<string, string> {
  const entries = settings.sandboxPropagatedEnvVars.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
