/** A choice of a dropdown; its value may be anything. */
export interface Choice {
  label: string
  value: unknown
  /** Tells choices apart: the value as JSON. */
  key: string
}

export interface Choices {
  choices: Choice[]
  /** The piece says that there is nothing to choose yet, and why. */
  isDisabled: boolean
  placeholder: string | undefined
}

export const keyOfValue = (value: unknown): string => JSON.stringify(value) ?? 'undefined'

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Reads `{options: [{label, value}], disabled?, placeholder?}`, as pieces declare and give it. */
export function readChoices(given: unknown): Choices {
  const { options, disabled, placeholder } = isRecord(given) ? given : {}
  const choices = (Array.isArray(options) ? options : []).filter(isRecord).map(({ label, value }) => ({
    label: typeof label === 'string' ? label : keyOfValue(value),
    value,
    key: keyOfValue(value),
  }))
  return {
    choices,
    isDisabled: disabled === true,
    placeholder: typeof placeholder === 'string' ? placeholder : undefined,
  }
}

/** The choice with this value; a value that is no choice any more stands for itself. */
export function choiceOf(value: unknown, choices: readonly Choice[]): Choice | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const key = keyOfValue(value)
  return choices.find((choice) => choice.key === key) ?? { label: labelOf(value), value, key }
}

const labelOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (isRecord(value)) for (const key of ['name', 'label', 'id']) if (typeof value[key] === 'string') return value[key]
  return keyOfValue(value)
}
