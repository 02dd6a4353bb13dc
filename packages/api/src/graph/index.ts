import { graphCredentials, graphIntegrations } from './credentials.ts'
import type { GraphEndpoint } from './endpoint.ts'
import { executions } from './executions.ts'
import { graphForms } from './forms.ts'
import { graphReference } from './reference.ts'
import { graphWebhooks } from './webhooks.ts'
import { workflows } from './workflows.ts'

/** Every endpoint of the graph API, by noun and verb. Adding one is one entry in the file of its noun. */
export const graphApi = {
  credentials: graphCredentials,
  executions,
  forms: graphForms,
  integrations: graphIntegrations,
  reference: graphReference,
  webhooks: graphWebhooks,
  workflows,
} as const satisfies Record<string, Record<string, GraphEndpoint>>

export const graphEndpoints: readonly GraphEndpoint[] = Object.values(graphApi).flatMap((noun) =>
  Object.values<GraphEndpoint>(noun),
)
