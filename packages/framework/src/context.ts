import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { AppConnectionType, StoreScope, TriggerStrategy } from './constants.ts'
import type { Lax } from './lax.ts'

export type { FlowResponse as RespondResponse, FlowResponse as StopResponse } from '@piecework/model/run/waitpoint'

export interface SecretTextConnectionValue {
  type: 'SECRET_TEXT'
  secret_text: string
}
export interface BasicAuthConnectionValue {
  type: 'BASIC_AUTH'
  username: string
  password: string
}
export interface CustomAuthConnectionValue<P = Record<string, unknown>> {
  type: 'CUSTOM_AUTH'
  props: P
}
export interface OAuth2ConnectionValue<P = Record<string, unknown>> {
  type: 'OAUTH2' | 'PLATFORM_OAUTH2' | 'CLOUD_OAUTH2'
  access_token: string
  refresh_token: string
  expires_in?: number
  token_type: string
  scope: string
  claimed_at: number
  client_id: string
  client_secret?: string
  token_url: string
  redirect_url?: string
  authorization_method?: 'HEADER' | 'BODY'
  grant_type?: 'authorization_code' | 'client_credentials'
  /** Everything else that the token endpoint answered. */
  data: Record<string, Lax>
  props?: P
}
export interface NoAuthConnectionValue {
  type: 'NO_AUTH'
}
interface ConnectionValues<P> {
  SECRET_TEXT: SecretTextConnectionValue
  BASIC_AUTH: BasicAuthConnectionValue
  CUSTOM_AUTH: CustomAuthConnectionValue<P>
  OAUTH2: OAuth2ConnectionValue<P>
  CLOUD_OAUTH2: OAuth2ConnectionValue<P>
  PLATFORM_OAUTH2: OAuth2ConnectionValue<P>
  NO_AUTH: NoAuthConnectionValue
}
/** The value of a connection of a type, or of any type when none is named. */
export type AppConnectionValue<
  T extends AppConnectionType = AppConnectionType,
  P = Record<string, unknown>,
> = ConnectionValues<P>[T]

/** Keys up to 128 characters, values up to 512 KiB of JSON; the default scope is the flow. */
export interface Store {
  put<T>(key: string, value: T, scope?: StoreScope): Promise<T>
  get<T>(key: string, scope?: StoreScope): Promise<T | null>
  delete(key: string, scope?: StoreScope): Promise<void>
}

export interface FilesService {
  /** Stores a file of the step; the answer is a URL that other steps accept as a file. */
  write(file: { fileName: string; data: Buffer }): Promise<string>
}

export interface ConnectionsManager {
  get(key: string): Promise<AppConnectionValue | Record<string, unknown> | string | null>
}

export interface TagsManager {
  add(tag: { name: string }): Promise<void>
}

export interface ServerContext {
  /** Ends with `/`; for calls with the token. */
  apiUrl: string
  /** Ends with `/api/`; what the world can reach. */
  publicUrl: string
  token: string
}

export interface ProjectContext {
  id: string
  externalId(): Promise<string | undefined>
}

/** A flow as `flows.list` tells of it. */
export interface PopulatedFlow {
  id: string
  externalId: string
  status: string
  version: { id: string; displayName: string; trigger: Lax }
  [key: string]: Lax
}

export interface ListFlowsContextParams {
  externalIds?: string[]
}

export interface SeekPage<T> {
  data: T[]
  next: string | null
  previous: string | null
}

export interface FlowsContext {
  list(params?: ListFlowsContextParams): Promise<SeekPage<PopulatedFlow>>
  current: { id: string; version: { id: string } }
}

export interface StepContext {
  name: string
  /** Only of actions: names one execution of a step within its run, as `loop/1/step`; a repetition has the same. */
  place?: string
}

export interface CreateWaitpointParams {
  type: 'DELAY' | 'WEBHOOK'
  version?: 'V0' | 'V1'
  /** When a DELAY ends. */
  resumeDateTime?: string
  /** Answers the waiting HTTP caller at once. */
  responseToSend?: FlowResponse
}
export interface CreateWaitpointResult {
  id: string
  resumeUrl: string
  buildResumeUrl(params: ResumeUrlParams): string
}
export interface ResumeUrlParams {
  queryParams: Record<string, string>
  /** The caller is answered with what the rest of the flow responds. */
  sync?: boolean
}
export type CreateWaitpointHook = (params: CreateWaitpointParams) => Promise<CreateWaitpointResult>
export type WaitForWaitpointHook = (waitpointId: string) => void
export interface StopHookParams {
  response: FlowResponse
}
export interface RespondHookParams {
  response: FlowResponse
}
export type StopHook = (params?: StopHookParams) => void
export type RespondHook = (params?: RespondHookParams) => void

/** @deprecated How pieces of context version 1 and older pause; newer ones create waitpoints. */
export interface PauseHookParams {
  pauseMetadata:
    | { type: 'DELAY'; resumeDateTime: string }
    | { type: 'WEBHOOK'; response?: FlowResponse | undefined; actions?: string[] }
}
/** @deprecated See `PauseHookParams`. */
export type PauseHook = (params: PauseHookParams) => void

export interface RunContext {
  id: string
  /** Ends the flow after this step, and answers the waiting HTTP caller. */
  stop: StopHook
  /** Answers the waiting HTTP caller; the flow goes on. */
  respond: RespondHook
  createWaitpoint: CreateWaitpointHook
  /** The run pauses when the action returns. */
  waitForWaitpoint: WaitForWaitpointHook
  /** @deprecated Only in contexts of version 1 and older. */
  pause?: PauseHook
}

export interface OutputContext {
  /** Shows what the step has so far, while it is tested. */
  update(params: { data: Record<string, unknown> }): Promise<void>
}

export interface AgentContext {
  tools(params: Lax): Promise<Record<string, Lax>>
}

export interface PropertyContext {
  server: ServerContext
  project: ProjectContext
  searchValue?: string
  flows: FlowsContext
  step: StepContext
  connections: ConnectionsManager
}

/** A context, by the types of its values; typed-context.ts derives these from declarations. */
export interface ContextOf<Auth, Values> {
  flows: FlowsContext
  step: StepContext
  auth: Auth
  propsValue: Values
  store: Store
  project: ProjectContext
  connections: ConnectionsManager
}

interface ActionContextBase<Auth, Values> extends ContextOf<Auth, Values> {
  tags: TagsManager
  server: ServerContext
  files: FilesService
  output: OutputContext
  agent: AgentContext
  run: RunContext
  /** @deprecated Only in contexts of version 1 and older. */
  generateResumeUrl?: (params: ResumeUrlParams) => string
}
/** The content of the call that resumed a step; empty after a delay. */
export interface ResumePayload {
  body: Lax
  headers: Record<string, Lax>
  queryParams: Record<string, Lax>
}
interface BeginContext<Auth, Values> extends ActionContextBase<Auth, Values> {
  executionType: 'BEGIN'
}
interface ResumeContext<Auth, Values> extends ActionContextBase<Auth, Values> {
  executionType: 'RESUME'
  resumePayload: ResumePayload
}
export type ActionContextOf<Auth, Values> = BeginContext<Auth, Values> | ResumeContext<Auth, Values>

/** An HTTP request that a trigger is given. */
export interface TriggerPayload {
  body: Lax
  rawBody?: Lax
  headers: Record<string, string>
  queryParams: Record<string, string>
  method?: string
}

/** An event that came to the URL of an app. */
export type EventPayload = TriggerPayload

interface WebhookContext<Auth, Values> extends ContextOf<Auth, Values> {
  webhookUrl: string
  payload: TriggerPayload
  server: ServerContext
}
interface AppWebhookContext<Auth, Values> extends WebhookContext<Auth, Values> {
  app: { createListeners(listeners: { events: string[]; identifierValue: string }): void }
}
interface PollingContext<Auth, Values> extends ContextOf<Auth, Values> {
  server: ServerContext
  setSchedule(schedule: { cronExpression: string; timezone?: string }): void
}
interface ManualContext<Auth, Values> extends ContextOf<Auth, Values> {
  server: ServerContext
  payload: TriggerPayload
}
export type TriggerContextOf<Auth, Values, S extends TriggerStrategy> = S extends 'APP_WEBHOOK'
  ? AppWebhookContext<Auth, Values>
  : S extends 'POLLING'
    ? PollingContext<Auth, Values>
    : S extends 'WEBHOOK'
      ? WebhookContext<Auth, Values>
      : ManualContext<Auth, Values>
