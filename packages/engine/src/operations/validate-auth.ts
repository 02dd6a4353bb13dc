import { z } from 'zod'
import type { Engine } from '../engine.ts'
import { messageOf } from '../errors.ts'
import { authPropertyFor } from '../piece/input.ts'
import type { ExecuteValidateAuth, ValidateAuthResult } from '../protocol.ts'
import { guarded } from '../sandbox/guards.ts'
import { createSecrets } from '../secrets/secrets.ts'

const TYPE = 'EXECUTE_VALIDATE_AUTH'

/** The valid results of a validator; anything else is a refusal. */
const Verdict = z.object({ valid: z.unknown().transform(Boolean), error: z.string().optional().catch(undefined) })

/** Connection types by the property type that they are made with. */
const PROPERTY_TYPE: Record<string, string> = {
  SECRET_TEXT: 'SECRET_TEXT',
  BASIC_AUTH: 'BASIC_AUTH',
  CUSTOM_AUTH: 'CUSTOM_AUTH',
  OAUTH2: 'OAUTH2',
  CLOUD_OAUTH2: 'OAUTH2',
  PLATFORM_OAUTH2: 'OAUTH2',
}

/** Lets a piece say whether a connection is good. */
export async function executeValidateAuth(operation: ExecuteValidateAuth, engine: Engine): Promise<ValidateAuthResult> {
  const { value } = operation
  const secrets = createSecrets(operation.engineToken)
  secrets.add(value)
  const piece = await engine.pieces.load(operation.piece)
  if (piece.auth === undefined) return { type: TYPE, valid: true }
  const property = authPropertyFor(piece, value)
  if (property === undefined || property.type !== PROPERTY_TYPE[String(value.type)]) {
    return { type: TYPE, valid: false, error: `The piece does not take a connection of type ${String(value.type)}` }
  }
  if (property.validate === undefined) return { type: TYPE, valid: true }
  const { config } = engine
  const validate = property.validate.bind(property)
  try {
    const context = {
      auth: authOf(value),
      server: { apiUrl: config.internalApiUrl, publicUrl: config.publicApiUrl, token: operation.engineToken },
    }
    const answer = Verdict.safeParse(await guarded(() => validate(context)))
    if (answer.data?.valid === true) return { type: TYPE, valid: true }
    return { type: TYPE, valid: false, error: secrets.mask(answer.data?.error ?? 'The connection is not valid') }
  } catch (error) {
    return { type: TYPE, valid: false, error: secrets.mask(messageOf(error)) }
  }
}

/** Validators see the secret itself, or the properties. */
function authOf(value: Record<string, unknown>): unknown {
  if (value.type === 'SECRET_TEXT') return value.secret_text
  return value.type === 'CUSTOM_AUTH' ? value.props : value
}
