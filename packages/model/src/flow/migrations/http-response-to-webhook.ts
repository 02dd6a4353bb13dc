import { isRaw, mapPieceSettings, type Raw, rawAt } from './raw.ts'

const RESPONSE_TYPES: ReadonlySet<unknown> = new Set(['json', 'raw', 'redirect'])

/** 5 to 6: the HTTP piece's "return response" moved to the webhook piece, its values into `fields`. */
export function httpResponseToWebhook(content: Raw): Raw {
  const match = { pieceName: '@activepieces/piece-http', actionName: 'return_response' }
  return mapPieceSettings(content, match, (settings) => {
    const input = rawAt(settings, 'input')
    const type = input.responseType ?? input.body_type
    const responseType = RESPONSE_TYPES.has(type) ? type : 'json'
    const fields: Raw = { ...rawAt(input, 'fields') }
    for (const key of ['status', 'headers']) if (input[key] !== undefined) fields[key] = input[key]
    // From 0.5.0 on, the body was in a separate map.
    const body = isRaw(input.body) && 'data' in input.body ? input.body.data : input.body
    if (body !== undefined) fields.body = body
    return {
      ...settings,
      pieceName: '@activepieces/piece-webhook',
      pieceVersion: '0.1.20',
      actionName: 'return_response',
      input: { responseType, fields, respond: 'stop' },
      propertySettings: {
        responseType: { type: 'MANUAL' },
        fields: { type: 'MANUAL', schema: fieldsSchema(responseType) },
        respond: { type: 'MANUAL' },
      },
    }
  })
}

/** The result of the webhook piece's resolver for `fields`: needed at run time to read the body. */
function fieldsSchema(responseType: unknown): Raw {
  const head = {
    status: { type: 'NUMBER', displayName: 'Status', required: false, defaultValue: 200 },
    headers: { type: 'OBJECT', displayName: 'Headers', required: false },
  }
  if (responseType === 'redirect') {
    return { ...head, body: { type: 'LONG_TEXT', displayName: 'Redirect URL', required: true } }
  }
  return responseType === 'raw'
    ? { ...head, body: { type: 'LONG_TEXT', displayName: 'Raw Body', required: true } }
    : { ...head, body: { type: 'JSON', displayName: 'JSON Body', required: true } }
}
