import { packageJsonProblem } from '../packages.ts'
import type { CodeAction } from '../step.ts'
import { changeMap, textsIn } from '../texts.ts'
import { continuesOnFailure, defineActionKind, withSample } from './kind.ts'

/** Code of the author. */
export const code = defineActionKind<CodeAction>('CODE', {
  make: (base, settings) => ({ ...base, type: 'CODE', settings }),
  withSample,
  texts: ({ input }) => textsIn(input),
  changed: (settings, change) => ({ ...settings, input: changeMap(settings.input, change) }),
  code: ({ sourceCode }) => sourceCode,
  continuesOnFailure,
  validate({ sourceCode }) {
    const { code, packageJson } = sourceCode
    return { valid: code.length > 0 && packageJson.length > 0 && packageJsonProblem(packageJson) === undefined }
  },
  *problems({ sourceCode }) {
    const { code, packageJson } = sourceCode
    if (code === '') yield { field: 'sourceCode.code', message: 'is empty' }
    if (packageJson === '') yield { field: 'sourceCode.packageJson', message: 'is empty: it must hold JSON such as {}' }
    const problem = packageJsonProblem(packageJson)
    if (problem !== undefined) yield { field: 'sourceCode.packageJson', message: problem }
  },
})
