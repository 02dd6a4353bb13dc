import { isRaw, mapSteps, type Raw, rawAt } from '../migrations/raw.ts'
import { type Root, tokensIn } from './expressions.ts'
import type { Findings } from './findings.ts'
import { mapTexts, textsOfSettings } from './texts.ts'

/** From this format on, the output of a step is written `step_1['output']`, and its error `step_1['error']`. */
export const FIRST_NESTED_FORMAT = 22

const STEP_NAME = /^(trigger|step_\d+)$/

/** Every step of raw content, outermost first. */
export function rawSteps(content: Raw): Raw[] {
  const steps: Raw[] = []
  mapSteps(content, (step) => {
    steps.push(step)
    return step
  })
  return steps
}

export const nameOf = (step: Raw): string => (typeof step.name === 'string' ? step.name : '')

interface Counts {
  /** `step_1['output']`. */
  bracket: number
  /** `step_1.output`. */
  dotted: number
  /** `step_1` followed by anything else, or by nothing. */
  bare: number
}

/** Counts the ways in which references to steps are written. */
export function countReferences(content: Raw): Counts {
  const counts = { bracket: 0, dotted: 0, bare: 0 }
  const steps = rawSteps(content)
  const names = new Set(steps.map(nameOf))
  for (const step of steps)
    for (const root of rootsOfStep(step)) {
      if (!isStep(root, names) || root.member === 'error') continue
      if (root.member !== 'output') counts.bare++
      else if (root.isBracket) counts.bracket++
      else counts.dotted++
    }
  return counts
}

/** Whether the references of content without a number are those of newer formats: most of them, and more than one. */
export function looksNested(content: Raw): boolean {
  const { bracket, dotted, bare } = countReferences(content)
  return bracket > 1 && bracket > dotted + bare
}

const isStep = ({ name }: Root, names: ReadonlySet<string>): boolean => names.has(name) || STEP_NAME.test(name)

function* rootsOfStep(step: Raw): Generator<Root> {
  for (const text of textsOfSettings(rawAt(step, 'settings'))) for (const token of tokensIn(text)) yield* token.roots
}

/**
 * Content with `step_1['output']` written `step_1`, exactly one level of it. References that need the newer form are
 * refused.
 */
export function unwrapReferences(content: Raw, findings: Findings): Raw {
  const names = new Set(rawSteps(content).map(nameOf))
  return mapSteps(content, (step) => {
    const stepName = nameOf(step)
    const note = (message: string) => findings.notes.push({ stepName, message })
    const settings = mapTexts(rawAt(step, 'settings'), (text) => {
      let changed = ''
      let done = 0
      for (const { roots, isParsed } of tokensIn(text)) {
        if (!isParsed) {
          if (text.includes('output')) note(`an expression that is not JavaScript stays unchanged: ${shortened(text)}`)
          continue
        }
        for (const root of roots) {
          if (!isStep(root, names)) continue
          if (root.member === 'error') {
            findings.refusals.push(
              `step ${stepName} reads the error of ${root.name} (${root.name}['error']), which this server does not support`,
            )
            continue
          }
          if (root.member !== 'output') {
            note(`${root.name} has no ['output'] in ${shortened(text)}: here it means the output of that step`)
            continue
          }
          if (root.isDoubled) note(`${root.name} has ['output'] twice in ${shortened(text)}: one was removed`)
          changed += text.slice(done, root.start)
          done = root.end
        }
      }
      return done === 0 ? text : changed + text.slice(done)
    })
    return step.settings === undefined ? step : { ...step, settings }
  })
}

const MAX_SHOWN = 80
const shortened = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)

/** Refuses features without a format number: variables of the project, and formulas. */
export function refuseUnknownValues(content: Raw, findings: Findings): void {
  const steps = rawSteps(content)
  const names = new Set(steps.map(nameOf))
  // A flow that was drawn as a graph brings its variables along.
  if (isRaw(content.graph)) names.add('variables')
  for (const step of steps) {
    const reasons = new Set<string>()
    for (const text of textsOfSettings(rawAt(step, 'settings'))) {
      if (text.includes(FORMULA)) reasons.add('has a formula (ap-formula-v1), which this server does not support')
      for (const { roots } of text.includes('variables') ? tokensIn(text) : [])
        for (const { name, member } of roots)
          if (name === 'variables' && !names.has(name))
            reasons.add(`reads the variable ${member ?? 'of the project'}, and this server has no variables`)
    }
    for (const reason of reasons) findings.refusals.push(`step ${nameOf(step)} ${reason}`)
  }
}

const FORMULA = 'ap-formula-v1::'
