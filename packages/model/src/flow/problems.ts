import type { ActionMetadata, PieceMetadata, TriggerMetadata } from '../piece/metadata.ts'
import { packageJsonProblem } from './packages.ts'
import { inputSchema } from './prop-schema.ts'
import { isBranchConditionFilled, type RouterBranch } from './router.ts'
import type { Step, Trigger } from './step.ts'
import { cleanedInput, needsAuth, type PieceLookup, partOf } from './validity.ts'
import { isAction, walk } from './walk.ts'

/** What keeps a step from being valid, field by field. */
export interface StepProblems {
  name: string
  displayName: string
  problems: { field: string; message: string }[]
}

/** The steps that keep a tree from being valid, in order of appearance. */
export function problemsOf(trigger: Trigger, lookup: PieceLookup): StepProblems[] {
  const found: StepProblems[] = []
  for (const step of walk(trigger)) {
    if (isAction(step) && step.skip === true) continue
    const problems = [...problemsOfStep(step, lookup)]
    if (problems.length > 0) found.push({ name: step.name, displayName: step.displayName, problems })
  }
  return found
}

/** The same as a sentence. */
export function sayProblems(steps: readonly StepProblems[]): string {
  return steps
    .map(({ name, displayName, problems }) => {
      const reasons = problems.map(({ field, message }) => `${field} ${message}`).join(', ')
      return `${name} (${displayName}): ${reasons}`
    })
    .join('; ')
}

type Problem = StepProblems['problems'][number]

function* problemsOfStep(step: Step, lookup: PieceLookup): Generator<Problem> {
  switch (step.type) {
    case 'EMPTY':
      yield { field: 'trigger', message: 'is not chosen' }
      return
    case 'LOOP_ON_ITEMS':
      if (step.settings.items === '') yield { field: 'items', message: 'is required' }
      return
    case 'CODE': {
      const { code, packageJson } = step.settings.sourceCode
      if (code === '') yield { field: 'sourceCode.code', message: 'is empty' }
      if (packageJson === '')
        yield { field: 'sourceCode.packageJson', message: 'is empty: it must hold JSON such as {}' }
      const problem = packageJsonProblem(packageJson)
      if (problem !== undefined) yield { field: 'sourceCode.packageJson', message: problem }
      return
    }
    case 'ROUTER':
      for (const branch of step.settings.branches) yield* problemsOfBranch(branch)
      return
    case 'PIECE':
      yield* problemsOfPiece(step.settings, step.settings.actionName, 'action', lookup)
      return
    case 'PIECE_TRIGGER':
      yield* problemsOfPiece(step.settings, step.settings.triggerName, 'trigger', lookup)
  }
}

function* problemsOfBranch(branch: RouterBranch): Generator<Problem> {
  if (branch.branchType === 'FALLBACK') return
  if (!branch.conditions.flat().every(isBranchConditionFilled))
    yield { field: `branch ${branch.branchName}`, message: 'has a condition with an empty value' }
}

function* problemsOfPiece(
  settings: { pieceName: string; pieceVersion: string; input: Record<string, unknown> },
  part: string | undefined,
  kind: 'action' | 'trigger',
  lookup: PieceLookup,
): Generator<Problem> {
  const { pieceName, pieceVersion, input } = settings
  const found = pieceName ? lookup(pieceName, pieceVersion) : undefined
  if (!pieceName) yield { field: 'piece', message: 'is not chosen' }
  else if (!found) yield { field: 'piece', message: `${pieceName}@${pieceVersion} is not installed` }
  else if (!part) yield { field: kind, message: 'is not chosen' }
  else {
    const { metadata } = found
    const known = partOf(metadata, kind, part)
    if (known) yield* problemsOfInput(metadata, known, cleanedInput(metadata, known, pieceVersion, input))
    else yield { field: kind, message: `${part} is not one of ${pieceName}@${metadata.version}` }
  }
}

function* problemsOfInput(
  piece: PieceMetadata,
  part: ActionMetadata | TriggerMetadata,
  input: Record<string, unknown>,
): Generator<Problem> {
  if (needsAuth(piece, part) && (typeof input.auth !== 'string' || input.auth === ''))
    yield { field: 'auth', message: 'is required: choose a connection' }
  const { error } = inputSchema(part.props).safeParse(input)
  for (const { path, message } of error?.issues ?? []) {
    const [head] = path
    const value = typeof head === 'string' ? input[head] : undefined
    const isEmpty = value === undefined || value === null || value === ''
    // A step counts as not valid without its optional lists (spec: facts/flow-model.md section 3), but it runs.
    if (isEmpty && typeof head === 'string' && part.props[head]?.required === false) continue
    yield { field: path.join('.'), message: isEmpty ? 'is required' : `does not fit: ${message}` }
  }
}
