import { isRaw, mapPieceSettings, type Raw, rawAt } from '../migrations/raw.ts'

const AGENT = { pieceName: '@activepieces/piece-ai', actionName: 'run_agent' }
/** From this format on, an agent's tool names its connection by its external id without a reference. */
const FIRST_BARE = 23

/** The first format that is newer than this product's own. */
const FIRST_NEWER = 21

/** Tools of agents, as the agent of this format reads them: connections as references, inputs with their modes. */
export function agentTools(content: Raw, format: number): Raw {
  if (format < FIRST_NEWER) return content
  return mapPieceSettings(content, AGENT, (settings) => {
    const input = rawAt(settings, 'input')
    if (!Array.isArray(input.agentTools)) return settings
    const tools = input.agentTools.map((tool) => (isRaw(tool) ? withInput(tool, format) : tool))
    return { ...settings, input: { ...input, agentTools: tools } }
  })
}

function withInput(tool: Raw, format: number): Raw {
  const piece = rawAt(tool, 'pieceMetadata')
  const given = piece.predefinedInput
  if (!isRaw(given)) return tool
  const { auth, fields, ...flat } = given
  const chosen = Object.entries(flat).map(([name, value]) => [name, { mode: 'CHOOSE_YOURSELF', value }])
  const predefinedInput = {
    ...(auth === undefined ? {} : { auth: format >= FIRST_BARE ? referenceTo(auth) : auth }),
    fields: { ...Object.fromEntries(chosen), ...(isRaw(fields) ? fields : {}) },
  }
  return { ...tool, pieceMetadata: { ...piece, predefinedInput } }
}

const referenceTo = (auth: unknown): unknown =>
  typeof auth === 'string' && auth !== '' && !auth.includes('{{') ? `{{connections['${auth}']}}` : auth
