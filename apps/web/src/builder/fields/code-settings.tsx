import { packageJsonProblem, readPackages } from '@piecework/model/flow/packages'
import type { CodeAction } from '@piecework/model/flow/step'
import { AlignLeft, Expand } from 'lucide-react'
import { type RefObject, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { failureWords } from '../../app/step-results.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import type { CodeEditor } from '../code/code-editor.ts'
import { CodeInput } from '../code/code-input.tsx'
import { compileProblems } from '../code/inputs.ts'
import { evaluateText } from '../data/evaluate.ts'
import { testKey, useTests } from '../test/test-state.ts'
import { ObjectControl } from './controls/object.tsx'
import { FailureSettings } from './failure-settings.tsx'
import { type StepContextValue, useStep } from './step-context.ts'
import type { SettingsProps } from './types.ts'

/** Inputs, code and packages of a code step. */
export function CodeSettings({ step, onChange }: SettingsProps<CodeAction>) {
  const { t } = useTranslation('fields')
  const { isReadOnly, place, samples } = useStep()
  const [isLarge, setLarge] = useState(false)
  const small = useRef<CodeEditor | undefined>(undefined)
  const large = useRef<CodeEditor | undefined>(undefined)
  const inputsId = useId()
  const { sourceCode, input } = step.settings
  const inputs = useMemo(
    () => Object.fromEntries(Object.entries(input).map(([key, text]) => [key, lastValue(text, samples)])),
    [input, samples],
  )
  const packageProblem = packageJsonProblem(sourceCode.packageJson)
  const packages = useMemo(
    () => (packageProblem ? [] : Object.keys(readPackages(sourceCode.packageJson))),
    [packageProblem, sourceCode.packageJson],
  )
  const test = useTests(({ tests }) => tests[testKey(place.flowId, step.name)])
  const error = test?.state === 'ended' && !test.result.success ? test.result.standardError : ''
  const problems = useMemo(() => compileProblems(failureWords(error).message), [error])
  const change = (part: Partial<typeof sourceCode>, field: string): void =>
    onChange({ sourceCode: { ...sourceCode, ...part } }, field)
  const code = (editor: RefObject<CodeEditor | undefined>, className: string) => (
    <CodeInput
      editor={editor}
      language="typescript"
      label={t('code.label')}
      value={sourceCode.code}
      isReadOnly={isReadOnly}
      inputs={inputs}
      packages={packages}
      problems={problems}
      className={className}
      onChange={(text) => change({ code: text }, 'code')}
    />
  )
  const format = (editor: RefObject<CodeEditor | undefined>) =>
    !isReadOnly && (
      <Button size="sm" kind="ghost" icon={AlignLeft} onClick={() => editor.current?.format()}>
        {t('code.format')}
      </Button>
    )
  return (
    <>
      <div className="flex flex-col gap-1.5">
        <span id={inputsId} className="text-sm font-medium">
          {t('code.inputs')}
        </span>
        <p className="text-xs text-ink-3">{t('code.inputsHelp')}</p>
        <ObjectControl value={input} labelId={inputsId} onChange={(next) => onChange({ input: next }, 'input')} />
      </div>
      <Field
        label={t('code.label')}
        aside={
          <span className="flex flex-wrap gap-1">
            {format(small)}
            <Button size="sm" kind="ghost" icon={Expand} onClick={() => setLarge(true)}>
              {t('code.expand')}
            </Button>
          </span>
        }
      >
        {code(small, 'h-72')}
      </Field>
      <Field label={t('code.packages')} help={t('code.packagesHelp')} error={packageProblem}>
        <CodeInput
          language="json"
          label={t('code.packages')}
          value={sourceCode.packageJson}
          isReadOnly={isReadOnly}
          className="max-h-60"
          onChange={(packageJson) => change({ packageJson }, 'packageJson')}
        />
      </Field>
      {isLarge && (
        <Dialog open shape="sheet" width={1100} title={step.displayName} onClose={() => setLarge(false)}>
          <div className="flex justify-end">{format(large)}</div>
          {code(large, 'min-h-0 flex-1')}
        </Dialog>
      )}
      <FailureSettings
        options={step.settings.errorHandlingOptions}
        offered={undefined}
        onChange={(errorHandlingOptions) => onChange({ errorHandlingOptions }, 'errorHandlingOptions')}
      />
    </>
  )
}

/** The value of an input on the last data; undefined while only a run can tell. */
function lastValue(text: unknown, samples: StepContextValue['samples']): unknown {
  if (typeof text !== 'string') return text
  const result = evaluateText(text, samples)
  return result.kind === 'value' ? result.value : undefined
}
