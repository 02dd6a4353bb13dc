/** Who changes a flow. */
export interface Actor {
  projectId: string
  platformId: string
  /** Null for an API key. */
  userId: string | null
}
