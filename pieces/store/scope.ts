import { Property, type Store, StoreScope } from '@piecework/framework'
import { options } from '../common/options.ts'

const MAX_KEY_LENGTH = 128
/** A test of one step is no run, yet what it stores under RUN must be found by the next test. */
const TEST_RUN_ID = 'test-run'

export const keyProps = {
  key: Property.ShortText({ displayName: 'Key', required: true }),
}

export const scopeProps = {
  store_scope: Property.StaticDropdown<string, true>({
    displayName: 'Store Scope',
    description: 'Who shares the value: all flows of the project, the runs of this flow, or this run alone',
    required: true,
    defaultValue: 'COLLECTION',
    options: options({ COLLECTION: 'Project', FLOW: 'Flow', RUN: 'Run' }),
  }),
}

export interface Place {
  get(): Promise<unknown>
  put(value: unknown): Promise<void>
  remove(): Promise<void>
}

interface Context {
  store: Store
  propsValue: { key: string; store_scope: string }
  run: { id: string }
}

/**
 * Finds the place of the value that a step reads or writes.
 * @throws for an empty or too long key and for an unknown scope.
 */
export function placeOf({ store, propsValue, run }: Context): Place {
  const { key, store_scope } = propsValue
  if (key === '' || key.length > MAX_KEY_LENGTH) {
    throw new Error(`The key must have 1 to ${MAX_KEY_LENGTH} characters, received ${key.length}.`)
  }
  if (!['COLLECTION', 'FLOW', 'RUN'].includes(store_scope)) throw new Error(`Unknown store scope: ${store_scope}`)
  const name = store_scope === 'RUN' ? `run_${run.id}/${key}` : key
  const scope = store_scope === 'COLLECTION' ? StoreScope.PROJECT : StoreScope.FLOW
  return {
    get: () => store.get(name, scope),
    put: async (value) => void (await store.put(name, value, scope)),
    remove: () => store.delete(name, scope),
  }
}

/** The same place for the test of a step, which belongs to no run. */
export function testPlaceOf(context: Context): Place {
  return placeOf({ ...context, run: { id: TEST_RUN_ID } })
}

/** The stored list; a missing one is empty. @throws when something else is stored. */
export async function storedList(place: Place): Promise<unknown[]> {
  const stored = (await place.get()) ?? []
  if (!Array.isArray(stored)) throw new Error('The stored value is not a list.')
  return stored
}
