import type { CodeAction } from '@piecework/model/flow/step'
import { Code } from 'lucide-react'
import { defineKind } from './kind.ts'

const STARTER_CODE = `export const code = async (inputs) => {
  return true
}
`

export const code = defineKind<CodeAction>('CODE', {
  icon: Code,
  make: (base) => ({
    ...base,
    valid: true,
    type: 'CODE',
    settings: { sourceCode: { code: STARTER_CODE, packageJson: '{}' }, input: {} },
  }),
  summary: ({ settings: { sourceCode, input } }, { t }) =>
    firstComment(sourceCode.code) ?? inputNames(input) ?? t('step.code'),
})

const firstComment = (text: string): string | undefined => /^\s*\/\/\s*(.+)/.exec(text)?.[1]?.trim()

const inputNames = (input: Record<string, unknown>): string | undefined => {
  const names = Object.keys(input)
  return names.length > 0 ? names.join(', ') : undefined
}
