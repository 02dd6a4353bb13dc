import { AppError } from '@piecework/model/errors'
import type { GraphProblem } from '@piecework/model/flow/graph/graph'
import { TRIGGER_NAME } from '@piecework/model/flow/graph/names'
import { describeProblems, type StepProblems } from '@piecework/model/flow/problems'

/** Refusals of graphs: they name the nodes and edges. */

/** A graph that cannot be a flow. */
export function refused(problems: readonly GraphProblem[]): AppError {
  const ids = (of: 'nodes' | 'edges') => [...new Set(problems.flatMap((problem) => problem[of]))]
  const shown = problems.slice(0, SHOWN_PROBLEMS)
  const fields = shown.flatMap(({ nodes, field, message }) => (field ? [[`${nodes[0]}.${field}`, message]] : []))
  return new AppError('INVALID_REQUEST', {
    message: problems
      .slice(0, SHOWN)
      .map(({ message }) => message)
      .join(' '),
    fields: {
      ...(ids('nodes').length > 0 ? { nodes: 'the graph cannot be a workflow: see problems' } : {}),
      ...(ids('edges').length > 0 ? { edges: 'the graph cannot be a workflow: see problems' } : {}),
      ...Object.fromEntries(fields),
    },
    ...{ nodes: ids('nodes'), edges: ids('edges'), problems: shown },
  })
}

const SHOWN = 5
/** The reasons in an answer, which has all ids. */
const SHOWN_PROBLEMS = 100

const NO_TRIGGER = 'it has no trigger: add a node of a type such as trigger or trigger.webhook'

/** A graph that can be a flow, and is not complete enough to run. @param idOf the nodes of steps */
export function incomplete(steps: readonly StepProblems[], idOf: ReadonlyMap<string, string>): AppError {
  if (steps.some(({ name }) => name === TRIGGER_NAME && !idOf.has(name)))
    return new AppError('FLOW_VERSION_INVALID', {
      message: `the workflow is not complete: ${NO_TRIGGER}`,
      fields: { nodes: NO_TRIGGER },
      ...{ nodes: [], edges: [], problems: [] },
    })
  const nodes = steps.map(({ name }) => idOf.get(name) ?? name)
  return new AppError('FLOW_VERSION_INVALID', {
    message: `the workflow is not complete: ${describeProblems(steps)}`,
    fields: Object.fromEntries(
      steps.map(({ problems }, index) => [
        `nodes.${nodes[index]}`,
        problems.map(({ field, message }) => `${field} ${message}`).join(', '),
      ]),
    ),
    ...{ nodes, edges: [] },
    problems: steps.map(({ problems }, index) => ({ node_id: nodes[index], problems })),
  })
}

/** The trigger of a graph was not taken into service. */
export function triggerRefused({ message }: AppError, node: string | undefined): AppError {
  const nodes = node === undefined ? [] : [node]
  return new AppError('TRIGGER_UPDATE_STATUS', {
    message: `the trigger cannot be taken into service: ${message}`,
    fields: { [node === undefined ? 'nodes' : `nodes.${node}`]: message },
    ...{ nodes, edges: [] },
    problems: nodes.map((id) => ({ node_id: id, problems: [{ field: 'trigger', message }] })),
  })
}
