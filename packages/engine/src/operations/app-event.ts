import { z } from 'zod'
import type { Engine } from '../engine.ts'
import { errorText } from '../errors.ts'
import type { AppEventResult, ParseAppEvent } from '../protocol.ts'
import { guarded } from '../sandbox/guards.ts'
import { createSecrets } from '../secrets/secrets.ts'

const TYPE = 'PARSE_APP_EVENT'

const Parsed = z.object({
  event: z.string().nullish(),
  identifierValue: z.union([z.string(), z.number().transform(String)]).nullish(),
  reply: z.object({ headers: z.record(z.string(), z.string()).default({}), body: z.unknown() }).nullish(),
})

/** A call as JSON text. @throws the errors of JSON.stringify */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

/** Lets a piece read a call to the webhook of its app, `/v1/app-events/:pieceUrl`. */
export async function parseAppEvent(operation: ParseAppEvent, engine: Engine): Promise<AppEventResult> {
  const { appWebhook } = operation
  const secrets = createSecrets(operation.engineToken)
  secrets.add(appWebhook.secret)
  try {
    const { events } = await engine.pieces.load(operation.piece)
    if (events === undefined) throw new Error('The piece takes no events of its app')
    const payload: unknown = JSON.parse(operation.payload)
    const server = { publicUrl: engine.config.publicApiUrl }
    const { event, identifierValue, reply } = Parsed.parse(
      (await guarded(async () => events.parseAndReply?.({ payload, server }))) ?? {},
    )
    const isEvent = event !== undefined && event !== null
    const { secret: webhookSecret, url: appWebhookUrl } = appWebhook
    const verified =
      isEvent && Boolean(await guarded(async () => events.verify({ webhookSecret, payload, appWebhookUrl })))
    return {
      type: TYPE,
      status: 'OK',
      verified,
      ...(isEvent ? { event } : {}),
      ...(identifierValue === undefined || identifierValue === null ? {} : { identifierValue }),
      ...(reply ? { reply: { headers: reply.headers, body: asJson(reply.body) } } : {}),
    }
  } catch (error) {
    return { type: TYPE, status: 'USER_FAILURE', error: errorText(error, secrets.mask), verified: false }
  }
}
