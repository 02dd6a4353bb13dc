import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { PropertyMetadata } from '@piecework/model/piece/property'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { optionsQuery } from '../../api/piece.ts'
import { useStep } from './step-context.ts'

/** The values of a step that a property depends on: those that it names, and the connection. */
export function inputFor(
  property: PropertyMetadata,
  input: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = Array.isArray(property.refreshers) ? property.refreshers : []
  const wanted = new Set<unknown>([...names, 'auth'])
  return Object.fromEntries(Object.entries(input).filter(([name]) => wanted.has(name)))
}

/** Loads the options or the properties of a property from its piece, and again when a value that they need changes. */
export function useOptions(path: string, property: PropertyMetadata, searchValue?: string) {
  const { place, step } = useStep()
  const used = kindOf(step).piece(step)
  return useQuery({
    ...optionsQuery({
      ...place,
      pieceName: used?.pieceName ?? '',
      pieceVersion: used?.pieceVersion ?? '',
      actionOrTriggerName: used?.name ?? '',
      propertyName: path,
      input: inputFor(property, used?.input ?? {}),
      ...(searchValue === undefined ? {} : { searchValue }),
    }),
    enabled: used?.name !== undefined,
    placeholderData: keepPreviousData,
  })
}
