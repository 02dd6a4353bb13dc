const MAX_BASE_LENGTH = 53

/** The name of a tool for a model: unique, stable, at most 64 safe characters. */
export function agentToolName(text: string): string {
  const base = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '')
  return `${base.slice(0, MAX_BASE_LENGTH)}_${hash(base)}_mcp`
}

function hash(text: string): string {
  let h = 5381
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 33) ^ text.charCodeAt(i)) >>> 0
  return h.toString(36).padStart(6, '0').slice(-6)
}
