import type { PropertyMap } from '../piece/property.ts'

/**
 * Steps that name another version of a piece than the one there is: a built-in piece stands in for every version of
 * its name, and their inputs differ here and there. What is said in the words of the other version is added in those
 * of ours; the other version's words stay, for the day when that exact version is installed.
 */

type Input = Record<string, unknown>

interface Translation {
  /** Words of other versions that are no properties of ours. */
  words: readonly string[]
  /** What they mean, in our words. */
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
 * The input of such a step, as the version that there is understands it. Required properties that the other version
 * did not ask for take their defaults.
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

/** The words of other versions in an input; they are kept beside the properties. */
export function wordsOfOthers(pieceName: string, part: string, input: Input): Input {
  const words = TRANSLATIONS[`${pieceName} ${part}`]?.words ?? []
  return Object.fromEntries(words.filter((word) => Object.hasOwn(input, word)).map((word) => [word, input[word]]))
}
