// Longer than the usual limit: one entry per table, and the schema stays whole so that it can be read as one.
import type { FlowStatus, FlowVersionState, Note, ScheduleOptions } from '@piecework/model/flow/flow'
import type { Trigger } from '@piecework/model/flow/step'
import type { Permission } from '@piecework/model/permission'
import type { TriggerStrategy } from '@piecework/model/piece/metadata'
import type { FailedStep } from '@piecework/model/run/run'
import type { FlowRunStatus, RunEnvironment } from '@piecework/model/run/status'
import type { FlowResponse, ResumePayload } from '@piecework/model/run/waitpoint'
import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { CreatedTime, Json, Jsonb, Nullable, NullableJson, NullableJsonb, NullableTime, Time } from './columns.ts'
import type { LiveLockTable, LivePresenceTable } from './live-tables.ts'

/**
 * Every table (spec: facts/entities.md). Column names are the names on the wire, so rows need no renaming.
 * Timestamps are read as ISO strings and written as ISO strings or Dates; json and jsonb are read
 * parsed and written as JSON text.
 */

/**
 * What resumes a run, or the file that holds it, with the id that an older form of link had: opened twice, it is not
 * taken for the next pause.
 */
export type StoredResumePayload = ResumePayload & { requestId?: string; fileId?: string }

interface Base {
  id: string
  created: CreatedTime
  updated: CreatedTime
}

export interface UserIdentityTable extends Base {
  email: string
  password: string
  trackEvents: Nullable<boolean>
  newsLetter: Nullable<boolean>
  verified: Generated<boolean>
  firstName: string
  lastName: string
  tokenVersion: Nullable<string>
  provider: string
  imageUrl: Nullable<string>
}

export interface UserTable extends Base {
  status: 'ACTIVE' | 'INACTIVE'
  platformRole: 'ADMIN' | 'MEMBER' | 'OPERATOR'
  identityId: string
  externalId: Nullable<string>
  platformId: Nullable<string>
  lastActiveDate: NullableTime
}

export interface PlatformTable extends Base {
  ownerId: string
  name: string
  primaryColor: string
  logoIconUrl: string
  fullLogoUrl: string
  favIconUrl: string
  cloudAuthEnabled: Generated<boolean>
  filteredPieceNames: Generated<string[]>
  filteredPieceBehavior: Generated<'ALLOWED' | 'BLOCKED'>
  allowedAuthDomains: Generated<string[]>
  enforceAllowedAuthDomains: Generated<boolean>
  emailAuthEnabled: Generated<boolean>
  federatedAuthProviders: JSONColumnType<Record<string, unknown>, string | undefined, string>
  pinnedPieces: Generated<string[]>
  /** The group of workers that does the work of this platform, and no other work. */
  workerGroupId: Generated<string | null>
}

export interface ProjectTable extends Base {
  deleted: NullableTime
  ownerId: string
  displayName: string
  type: 'TEAM' | 'PERSONAL'
  platformId: string
  externalId: Nullable<string>
  maxConcurrentJobs: Nullable<number>
  icon: Jsonb<{ color: string }>
  releasesEnabled: Generated<boolean>
  metadata: NullableJson<Record<string, unknown>>
  poolId: Nullable<string>
}

export interface ConcurrencyPoolTable extends Base {
  platformId: string
  key: string
  maxConcurrentJobs: number
}

export interface ProjectRoleTable extends Base {
  name: string
  permissions: Permission[]
  platformId: Nullable<string>
  type: 'DEFAULT' | 'CUSTOM'
}

export interface ProjectMemberTable extends Base {
  projectId: string
  platformId: string
  userId: string
  projectRoleId: string
}

export interface ApiKeyTable extends Base {
  displayName: string
  platformId: string
  hashedValue: string
  truncatedValue: string
  lastUsedAt: NullableTime
}

export interface FlagTable extends Base {
  value: Jsonb<unknown>
}

export interface FolderTable extends Base {
  displayName: string
  projectId: string
  displayOrder: Generated<number>
}

export interface FlowTable extends Base {
  projectId: string
  folderId: Nullable<string>
  status: Generated<FlowStatus>
  externalId: string
  publishedVersionId: Nullable<string>
  metadata: NullableJson<Record<string, unknown>>
  operationStatus: Generated<'NONE' | 'DELETING'>
  timeSavedPerRun: Nullable<number>
  ownerId: Nullable<string>
  templateId: Nullable<string>
}

export interface FlowVersionTable extends Base {
  flowId: string
  displayName: string
  schemaVersion: Nullable<string>
  trigger: Json<Trigger>
  connectionIds: Generated<string[]>
  agentIds: Generated<string[]>
  updatedBy: Nullable<string>
  valid: boolean
  state: FlowVersionState
  backupFiles: NullableJsonb<Record<string, string>>
  notes: Jsonb<Note[]>
}

/**
 * The truth about a run. `attempt` is raised by every dispatch and named in the WHERE of every write that a
 * worker causes. `payload` (JSON text) is the trigger's input or output until the log holds it.
 */
export interface FlowRunTable extends Base {
  projectId: string
  flowId: string
  flowVersionId: string
  environment: RunEnvironment
  logsFileId: Nullable<string>
  parentRunId: Nullable<string>
  failParentOnFailure: Generated<boolean>
  parentWaitpointId: Nullable<string>
  status: FlowRunStatus
  tags: Generated<string[]>
  startTime: NullableTime
  finishTime: NullableTime
  triggeredBy: Nullable<string>
  failedStep: NullableJsonb<FailedStep>
  archivedAt: NullableTime
  stepNameToTest: Nullable<string>
  stepsCount: Generated<number>
  attempt: Generated<number>
  /** How often it was made to go on after it was over. */
  retries: Generated<number>
  executeTrigger: Generated<boolean>
  payload: Nullable<string>
  payloadFileId: Nullable<string>
  resumePayload: NullableJson<StoredResumePayload>
  /** The app at which a caller waits for the answer, and how long. */
  replyTo: Nullable<string>
  replyUntil: NullableTime
}

/** Work to be delivered: at least once, at its due time. Gone once done. A run's job has the run's id. */
export interface JobTable {
  id: string
  created: CreatedTime
  kind: string
  projectId: string
  /** 1 (first) to 6. */
  priority: number
  dueAt: Time
  leaseUntil: NullableTime
  owner: Nullable<string>
  attempt: Generated<number>
  /** At most one job per key. */
  key: Nullable<string>
  /** JSON text. */
  data: Nullable<string>
  /** Due. Jobs of the future are made ready when their time comes. */
  ready: Generated<boolean>
  /** Counts against the limit of its project. */
  limited: Generated<boolean>
}

/** The end of each step of a run that is not finished; removed when the log file takes over. */
export interface RunJournalTable {
  runId: string
  attempt: number
  sequence: number
  stepName: string
  /** JSON text of a StepPath. */
  path: string
  /** JSON text of a StepOutput. */
  output: string
}

export interface WaitpointTable extends Base {
  flowRunId: string
  projectId: string
  stepName: string
  type: 'DELAY' | 'WEBHOOK'
  status: 'PENDING' | 'COMPLETED'
  version: 'V0' | 'V1'
  resumeDateTime: NullableTime
  responseToSend: NullableJson<FlowResponse>
  resumePayload: NullableJson<StoredResumePayload>
}

export interface TriggerSourceTable extends Base {
  deleted: NullableTime
  flowId: string
  flowVersionId: string
  triggerName: string
  projectId: string
  type: TriggerStrategy
  /** `isDefault`: the trigger asked for none. */
  schedule: NullableJsonb<ScheduleOptions & { isDefault?: true }>
  pieceName: string
  pieceVersion: string
  simulate: boolean
  /** Polls in a row that failed. */
  failures: Generated<number>
  /** False while it is taken into or out of service: its piece may be in the middle of that. */
  settled: Generated<boolean>
}

/** Events of triggers that name a `_dedupe_key`, for as long as a repetition is dropped. */
export interface TriggerDedupeTable {
  key: string
  /** The event that came first: delivered again, it is not its own repetition. */
  eventId: string
  expiresAt: Time
}

/** How often the triggers of a piece ran on a day, on one platform. */
export interface TriggerRunTable {
  platformId: string
  pieceName: string
  /** yyyy-mm-dd */
  day: string
  success: Generated<number>
  failure: Generated<number>
}

/** Which flows get an event that an app sends to its one webhook. */
export interface AppEventRoutingTable extends Base {
  appName: string
  projectId: string
  flowId: string
  identifierValue: string
  event: string
}

export interface TriggerEventTable extends Base {
  flowId: string
  projectId: string
  sourceName: string
  fileId: string
}

export interface FileTable extends Base {
  projectId: Nullable<string>
  platformId: Nullable<string>
  data: Nullable<Uint8Array>
  location: Generated<'DB' | 'S3'>
  fileName: Nullable<string>
  size: Nullable<number>
  metadata: NullableJsonb<Record<string, string>>
  s3Key: Nullable<string>
  type: Generated<string>
  compression: Generated<'NONE' | 'ZSTD'>
}

export interface StoreEntryTable extends Base {
  key: string
  projectId: string
  value: NullableJson<unknown>
}

export interface AppConnectionTable extends Base {
  displayName: string
  externalId: string
  type: string
  status: Generated<'ACTIVE' | 'MISSING' | 'ERROR'>
  platformId: string
  pieceName: string
  ownerId: Nullable<string>
  projectIds: string[]
  scope: 'PROJECT' | 'PLATFORM'
  /** Encrypted: {iv, data, tag}. */
  value: Jsonb<{ iv: string; data: string; tag: string }>
  metadata: NullableJson<Record<string, unknown>>
  pieceVersion: string
  preSelectForNewProjects: Generated<boolean>
  /** Who renews its token now, and until when nobody else does. */
  renewal: Nullable<string>
  renewalUntil: NullableTime
}

export interface OAuthAppTable extends Base {
  platformId: string
  pieceName: string
  clientId: string
  /** Encrypted. */
  clientSecret: Jsonb<{ iv: string; data: string; tag: string }>
}

export interface PieceMetadataTable extends Base {
  name: string
  version: string
  platformId: Nullable<string>
  pieceType: 'OFFICIAL' | 'CUSTOM'
  packageType: 'REGISTRY' | 'ARCHIVE'
  archiveId: Nullable<string>
  projectUsage: Generated<number>
  /** The whole PieceMetadata; its actions, triggers and properties are in the order of the piece. */
  metadata: Json<unknown>
  /** False for rows of an earlier release, which lost that order, until they are read again. */
  inOrder: Generated<boolean>
  minimumRelease: GeneratedAlways<string | null>
  maximumRelease: GeneratedAlways<string | null>
}

/** Which pieces a project shows. */
export interface ProjectPlanTable extends Base {
  projectId: string
  name: string
  pieces: Generated<string[]>
  locked: Generated<boolean>
  piecesFilterType: Generated<'NONE' | 'ALLOWED'>
}

export interface TagTable extends Base {
  platformId: string
  name: string
}

export interface PieceTagTable extends Base {
  platformId: string
  pieceName: string
  tagId: string
}

/** The apps that are up, as they say themselves. */
export interface AppInstanceTable {
  id: string
  seen: Time
}

/** Messages between apps that are too large for NOTIFY. */
export interface BusMessageTable {
  id: string
  created: CreatedTime
  body: string
}

/** What workers tell of the machines that they run on. */
export interface WorkerMachineTable extends Base {
  information: Jsonb<Record<string, unknown>>
  workerGroupId: Generated<string | null>
}

export interface MigrationTable {
  name: string
  release: string
  breaking: boolean
  applied: CreatedTime
}

export interface Database {
  user_identity: UserIdentityTable
  user: UserTable
  platform: PlatformTable
  project: ProjectTable
  concurrency_pool: ConcurrencyPoolTable
  project_role: ProjectRoleTable
  project_member: ProjectMemberTable
  api_key: ApiKeyTable
  flag: FlagTable
  folder: FolderTable
  flow: FlowTable
  flow_version: FlowVersionTable
  flow_run: FlowRunTable
  job: JobTable
  run_journal: RunJournalTable
  waitpoint: WaitpointTable
  trigger_source: TriggerSourceTable
  trigger_event: TriggerEventTable
  file: FileTable
  store_entry: StoreEntryTable
  app_connection: AppConnectionTable
  oauth_app: OAuthAppTable
  piece_metadata: PieceMetadataTable
  project_plan: ProjectPlanTable
  tag: TagTable
  piece_tag: PieceTagTable
  trigger_dedupe: TriggerDedupeTable
  trigger_run: TriggerRunTable
  app_event_routing: AppEventRoutingTable
  app_instance: AppInstanceTable
  bus_message: BusMessageTable
  worker_machine: WorkerMachineTable
  live_lock: LiveLockTable
  live_presence: LivePresenceTable
  migration: MigrationTable
}
