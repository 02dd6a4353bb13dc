import type { Trigger } from '../step.ts'
import { flow, NOW, outline as outlineOf } from '../testing.ts'
import { compileGraph } from './compile.ts'
import { Graph } from './graph.ts'

export const surroundings = { versionOf: () => '1.0.0', now: NOW, userId: 'user' }

export type Arrow = [source: string, target: string, handle?: string]

/** `trigger t, code a, …` and arrows between them. */
export function graph(nodes: Record<string, string>, arrows: Arrow[], data: Record<string, object> = {}): Graph {
  return Graph.parse({
    nodes: Object.entries(nodes).map(([id, type]) => ({ id, type, data: Object.hasOwn(data, id) ? data[id] : {} })),
    edges: arrows.map(([source, target, sourceHandle]) => ({
      source,
      target,
      ...(sourceHandle ? { sourceHandle } : {}),
    })),
  })
}

/** The flow of a graph. @throws Error for one that is refused */
export function compiled(given: Graph): Trigger {
  const result = compileGraph(given, surroundings)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.trigger
}

export function problems(given: Graph) {
  const result = compileGraph(given, surroundings)
  return result.ok ? [] : result.problems
}

/** The steps of a flow, with what is in loops and branches. */
export const outline = (trigger: Trigger): string =>
  outlineOf({ ...flow(), trigger })
    .slice(trigger.name.length)
    .trim()
