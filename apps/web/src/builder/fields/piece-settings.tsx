import { needsAuth } from '@piecework/model/flow/piece-step'
import type { PieceAction, PieceTrigger } from '@piecework/model/flow/step'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ConnectionField } from './connection-field.tsx'
import { FailureSettings } from './failure-settings.tsx'
import { PartPicker } from './part-picker.tsx'
import { Properties } from './property-field.tsx'
import type { SettingsProps } from './types.ts'

/** An action of a piece: its properties, and what happens when it fails. */
export function PieceActionSettings(props: SettingsProps<PieceAction>) {
  const { step, part, onChange } = props
  return (
    <>
      <PieceSettings {...props} />
      {part && (
        <FailureSettings
          options={step.settings.errorHandlingOptions}
          offered={part.errorHandlingOptions}
          onChange={(errorHandlingOptions) => onChange({ errorHandlingOptions }, 'errorHandlingOptions')}
        />
      )}
    </>
  )
}

/** The properties of an action or a trigger of a piece, with its connection. */
export function PieceSettings({ step, piece, part, onChange }: SettingsProps<PieceAction | PieceTrigger>) {
  const { input } = step.settings
  if (!piece)
    return (
      <div aria-busy className="flex flex-col gap-4">
        {[1, 2, 3].map((row) => (
          <div key={row} className="flex flex-col gap-2">
            <Skeleton className="w-24" />
            <Skeleton className="h-8 rounded-md" />
          </div>
        ))}
      </div>
    )
  if (!part) return <PartPicker step={step} piece={piece} onChange={onChange} />
  // Only the field that changed is part of the edit of that field.
  const change = (values: Record<string, unknown>): void => {
    const names = new Set([...Object.keys(values), ...Object.keys(input)])
    const field = [...names].find((name) => values[name] !== input[name]) ?? ''
    onChange({ input: values }, `input.${field}`)
  }
  return (
    <>
      {needsAuth(piece, part) && (
        <ConnectionField piece={piece} value={input.auth} onChange={(auth) => change({ ...input, auth })} />
      )}
      <Properties path="" properties={part.props} values={input} onChange={change} />
    </>
  )
}
