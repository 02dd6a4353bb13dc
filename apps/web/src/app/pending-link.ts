import { ApiError } from '@piecework/sdk'
import { PROVIDERS, type Provider } from '../api/flags.ts'

const KEY = 'piecework.link'

/** An account elsewhere that the person wants to link, and the platform whose provider knows it. */
interface PendingLink {
  provider: Provider
  platformId: string
}

/** Keeps what a refused sign-in was to open, until the person has proved who they are here. Other refusals keep nothing. */
export function notePendingLink(provider: Provider, error: unknown): void {
  const isTaken = error instanceof ApiError && error.code === 'EXISTING_USER'
  keep(isTaken ? `${provider} ${String(error.params.platformId)}` : undefined)
}

export const forgetPendingLink = (): void => keep(undefined)

function keep(value: string | undefined): void {
  try {
    if (value === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, value)
  } catch {
    // Without storage the person finds the page by themselves.
  }
}

export function pendingLink(): PendingLink | undefined {
  try {
    const [name, platformId = ''] = (sessionStorage.getItem(KEY) ?? '').split(' ')
    const provider = PROVIDERS.find((one) => one === name)
    return provider && { provider, platformId }
  } catch {
    return undefined
  }
}
