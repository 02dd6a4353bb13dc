import { agentToolName } from '../agent-tool.ts'
import { raiseVersion } from './piece-versions.ts'
import { isRaw, mapPieceSettings, type Raw, rawAt, without } from './raw.ts'

const AI = '@activepieces/piece-ai'
const FORMER = ['@activepieces/piece-text-ai', '@activepieces/piece-utility-ai', '@activepieces/piece-image-ai']

/** 9 to 10: three AI pieces became one; the actions kept their names. */
export function oneAiPiece(content: Raw): Raw {
  return FORMER.reduce(
    (result, pieceName) =>
      mapPieceSettings(result, { pieceName }, (settings) => ({ ...settings, pieceName: AI, pieceVersion: '0.0.2' })),
    content,
  )
}

const AGENT = { pieceName: AI, actionName: 'run_agent' }

/** 14 to 15 and 15 to 16: the agent's provider and model are one value. */
export function agentModel(content: Raw): Raw {
  return mapPieceSettings(content, AGENT, (settings) => {
    const input = rawAt(settings, 'input')
    if (isRaw(input.aiProviderModel) || (input.provider === undefined && input.model === undefined)) return settings
    const { provider, model } = input
    return {
      ...raiseVersion(settings, '0.1.0'),
      input: { ...without(input, 'provider', 'model'), aiProviderModel: { provider, model } },
    }
  })
}

/** 16 to 17: the names of an agent's tools follow one rule. */
export function agentToolNames(content: Raw): Raw {
  return mapPieceSettings(content, AGENT, (settings) => {
    const input = rawAt(settings, 'input')
    if (!Array.isArray(input.agentTools)) return settings
    const agentTools = input.agentTools.map((tool) => (isRaw(tool) ? { ...tool, toolName: nameOf(tool) } : tool))
    return { ...settings, input: { ...input, agentTools } }
  })
}

function nameOf(tool: Raw): unknown {
  const piece = rawAt(tool, 'pieceMetadata')
  if (tool.type === 'PIECE' && typeof piece.pieceName === 'string' && typeof piece.actionName === 'string') {
    const shortName = piece.pieceName.replace(/^@[^/]*\//, '').replace(/^piece-/, '')
    return agentToolName(`${shortName}-${piece.actionName}`)
  }
  const { toolName } = tool
  if (typeof toolName !== 'string' || /_[0-9a-z]{6}_mcp$/.test(toolName)) return toolName
  return agentToolName(toolName)
}
