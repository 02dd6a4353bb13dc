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
  const isPiece = step.type === 'PIECE' || step.type === 'PIECE_TRIGGER'
  const settings = isPiece ? step.settings : undefined
  const name =
    settings === undefined ? undefined : 'triggerName' in settings ? settings.triggerName : partName(settings)
  return useQuery({
    ...optionsQuery({
      ...place,
      pieceName: settings?.pieceName ?? '',
      pieceVersion: settings?.pieceVersion ?? '',
      actionOrTriggerName: name ?? '',
      propertyName: path,
      input: inputFor(property, settings?.input ?? {}),
      ...(searchValue === undefined ? {} : { searchValue }),
    }),
    enabled: settings !== undefined && name !== undefined,
    placeholderData: keepPreviousData,
  })
}

const partName = (settings: object): string | undefined => {
  const name: unknown = Reflect.get(settings, 'actionName')
  return typeof name === 'string' ? name : undefined
}
