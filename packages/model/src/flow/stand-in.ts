import type { PropertyMap } from '../piece/property.ts'

/**
 * Steps with another version of a piece than the available one: a built-in piece replaces every version of its name,
 * and some inputs differ. Inputs of the other version are added in the form of ours; the originals stay, in case that
 * exact version is installed later.
 */

type Input = Record<string, unknown>

interface Translation {
  /** Inputs of other versions that are not properties of ours. */
  words: readonly string[]
  /** The same in the form of our properties. */
  meaning(input: Input): Input
}

const isMap = (value: unknown): value is Input => typeof value === 'object' && value !== null && !Array.isArray(value)

const TRANSLATIONS: Record<string, Translation> = {
  '@activepieces/piece-http send_request': {
    // The first versions had a switch instead of failure modes, and a body that was always JSON.
    words: ['failsafe'],
    meaning: ({ failsafe, body, body_type }) => ({
      ...(failsafe === true ? { failureMode: 'continue_all' } : {}),
      ...(body_type === undefined && isMap(body) && Object.keys(body).length > 0 && !('data' in body)
        ? { body_type: 'json', body: { data: body } }
        : {}),
    }),
  },
  '@activepieces/piece-subflows callFlow': {
    // Later versions name the flow by its external id alone.
    words: ['flowId'],
    meaning: ({ flowId, flow }) =>
      typeof flowId === 'string' && flow === undefined ? { flow: { externalId: flowId } } : {},
  },
}

/**
 * The input of such a step for the available version. Required properties that the other version did not have get their
 * defaults.
 * @param part the name of the action or trigger
 */
export function translatedInput(pieceName: string, part: string, props: PropertyMap, input: Input): Input {
  const translation = TRANSLATIONS[`${pieceName} ${part}`]
  const result = { ...input, ...translation?.meaning(input) }
  for (const [name, property] of Object.entries(props)) {
    const { required, defaultValue }: { required?: unknown; defaultValue?: unknown } = property
    if (required === true && result[name] === undefined && defaultValue !== undefined) result[name] = defaultValue
  }
  return result
}

/** The inputs of other versions; they are kept next to the properties. */
export function inputOfOtherVersions(pieceName: string, part: string, input: Input): Input {
  const words = TRANSLATIONS[`${pieceName} ${part}`]?.words ?? []
  return Object.fromEntries(words.filter((word) => Object.hasOwn(input, word)).map((word) => [word, input[word]]))
}
