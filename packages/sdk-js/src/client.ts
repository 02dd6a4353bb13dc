import { credentialsOf, integrationsOf } from './credentials.ts'
import { executionsOf } from './executions.ts'
import { formsOf } from './forms.ts'
import { type ClientOptions, createTransport } from './transport.ts'
import { webhooksOf } from './webhooks.ts'
import { workflowsOf } from './workflows.ts'

/** A client of the graph API of one server: `new Client(key, { baseUrl })`. */
export class Client {
  readonly workflows: ReturnType<typeof workflowsOf>
  readonly executions: ReturnType<typeof executionsOf>
  readonly forms: ReturnType<typeof formsOf>
  readonly credentials: ReturnType<typeof credentialsOf>
  readonly integrations: ReturnType<typeof integrationsOf>
  readonly webhooks: ReturnType<typeof webhooksOf>

  /** @param key of a project, or of the platform with `projectId` */
  constructor(key: string, options: ClientOptions = {}) {
    const send = createTransport(key, options)
    this.workflows = workflowsOf(send)
    this.executions = executionsOf(send)
    this.forms = formsOf(send)
    this.credentials = credentialsOf(send)
    this.integrations = integrationsOf(send)
    this.webhooks = webhooksOf(send)
  }
}
