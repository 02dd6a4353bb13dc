import type { Action } from './action.ts'
import {
  type ContextVersion,
  LATEST_CONTEXT_VERSION,
  MINIMUM_SUPPORTED_RELEASE_AFTER_LATEST_CONTEXT_VERSION,
  type PieceCategory,
} from './constants.ts'
import type { TriggerPayload } from './context.ts'
import type { AnyAuth } from './property/auth-types.ts'
import type { Trigger } from './trigger.ts'

/** How the events of an app, which all arrive at one URL, find their flows and prove their origin. */
export interface PieceEventProcessors {
  parseAndReply(context: { payload: TriggerPayload; server: { publicUrl: string } }): {
    event?: string
    identifierValue?: string
    reply?: { headers: Record<string, string>; body: unknown }
  }
  verify(context: {
    webhookSecret: string | Record<string, string>
    payload: TriggerPayload
    appWebhookUrl: string
  }): boolean
}

export interface CreatePieceParams<A extends AnyAuth> {
  displayName: string
  logoUrl: string
  authors: string[]
  auth: A
  actions: Action[]
  triggers: Trigger[]
  description?: string
  categories?: PieceCategory[]
  events?: PieceEventProcessors
  minimumSupportedRelease?: string
  maximumSupportedRelease?: string
}

/** The metadata of a piece with its functions, which JSON drops. */
export interface PieceSelfDescription {
  displayName: string
  logoUrl: string
  description: string
  authors: string[]
  categories: PieceCategory[]
  auth: AnyAuth
  actions: Record<string, Action>
  triggers: Record<string, Trigger>
  minimumSupportedRelease: string
  maximumSupportedRelease: string | undefined
  contextInfo: { version: ContextVersion }
}

/** A piece. Loaders know it by the name of this class, so the class must keep its name in any build. */
export class Piece<A extends AnyAuth = AnyAuth> {
  readonly displayName: string
  readonly logoUrl: string
  readonly description: string
  readonly authors: string[]
  readonly events: PieceEventProcessors | undefined
  readonly categories: PieceCategory[]
  readonly auth: A
  readonly minimumSupportedRelease: string
  readonly maximumSupportedRelease: string | undefined
  private readonly actionsByName: Record<string, Action>
  private readonly triggersByName: Record<string, Trigger>

  constructor(params: CreatePieceParams<A>) {
    this.displayName = params.displayName
    this.logoUrl = params.logoUrl
    this.description = params.description ?? ''
    this.authors = params.authors
    this.events = params.events
    this.categories = params.categories ?? []
    this.auth = params.auth
    this.minimumSupportedRelease = raiseToFloor(params.minimumSupportedRelease)
    this.maximumSupportedRelease = params.maximumSupportedRelease
    this.actionsByName = Object.fromEntries(params.actions.map((action) => [action.name, action]))
    this.triggersByName = Object.fromEntries(params.triggers.map((trigger) => [trigger.name, trigger]))
  }

  getContextInfo(): { version: ContextVersion } {
    return { version: LATEST_CONTEXT_VERSION }
  }

  getAction(name: string): Action | undefined {
    return Object.hasOwn(this.actionsByName, name) ? this.actionsByName[name] : undefined
  }

  getTrigger(name: string): Trigger | undefined {
    return Object.hasOwn(this.triggersByName, name) ? this.triggersByName[name] : undefined
  }

  actions(): Record<string, Action> {
    return this.actionsByName
  }

  triggers(): Record<string, Trigger> {
    return this.triggersByName
  }

  metadata(): PieceSelfDescription {
    return {
      displayName: this.displayName,
      logoUrl: this.logoUrl,
      description: this.description,
      authors: this.authors,
      categories: this.categories,
      auth: this.auth,
      actions: this.actionsByName,
      triggers: this.triggersByName,
      minimumSupportedRelease: this.minimumSupportedRelease,
      maximumSupportedRelease: this.maximumSupportedRelease,
      contextInfo: this.getContextInfo(),
    }
  }
}

/**
 * Declares a piece.
 * @throws when two auth properties have the same type: nothing would show which of them a connection is for.
 */
export function createPiece<A extends AnyAuth>(params: CreatePieceParams<A>): Piece<A> {
  if (Array.isArray(params.auth)) {
    const types = params.auth.map((auth) => auth.type)
    if (new Set(types).size !== types.length) throw new Error('Auth properties must be unique by type')
  }
  return new Piece(params)
}

/** Releases older than the latest context cannot run the piece, whatever its author says. */
function raiseToFloor(release: string | undefined): string {
  const floor = MINIMUM_SUPPORTED_RELEASE_AFTER_LATEST_CONTEXT_VERSION
  if (release === undefined || !/^\d+\.\d+\.\d+$/.test(release)) return floor
  return release.localeCompare(floor, 'en', { numeric: true }) < 0 ? floor : release
}
