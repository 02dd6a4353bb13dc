import type { SECRET_MANAGER_CONFIGS } from '@piecework/api/secret-managers'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import type { Outbound } from '../../../http/outbound.ts'
import { below, MAX_BYTES, type Provider, TIMEOUT_MS, textOf } from './provider.ts'

type Config = Extract<z.infer<(typeof SECRET_MANAGER_CONFIGS)['onepassword']>, { connectToken: string }>

const Entries = z.array(z.object({ id: z.string() }))
const Item = z.object({
  sections: z.array(z.object({ id: z.string(), label: z.string().optional() })).optional(),
  fields: z
    .array(
      z.object({
        id: z.string(),
        label: z.string().optional(),
        value: z.string().optional(),
        section: z.object({ id: z.string() }).optional(),
      }),
    )
    .optional(),
})
type Field = NonNullable<z.infer<typeof Item>['fields']>[number]

const FORM = 'The path must have the form op://vault/item/field or op://vault/item/section/field'
const ID = /^[a-z0-9]{26}$/

/**
 * 1Password, through a Connect server: the API that 1Password describes for programs
 * (https://developer.1password.com/docs/connect/api-reference). A path is a secret reference, `op://vault/item/field`.
 */
export const onepasswordConnect: Provider<Config> = {
  async check(outbound, config) {
    await get(outbound, config, { path: 'vaults', what: 'the sign-in', schema: Entries })
  },

  async read(outbound, config, path) {
    const parts = path.startsWith('op://') ? path.slice('op://'.length).split('/') : []
    const [vault, item, ...rest] = parts
    const name = rest.pop()
    if (!vault || !item || !name || rest.length > 1 || rest[0] === '') throw new Error(FORM)
    const vaultId = await idOf(outbound, config, { list: 'vaults', by: 'name', what: 'vault', name: vault })
    const items = `vaults/${vaultId}/items`
    const itemId = await idOf(outbound, config, { list: items, by: 'title', what: 'item', name: item })
    const { fields = [], sections = [] } = await get(outbound, config, {
      ...{ path: `${items}/${itemId}`, what: 'reading the secret', schema: Item },
    })
    const [section] = rest
    const isIn = (field: Field): boolean => {
      if (section === undefined) return true
      const own = sections.find(({ id }) => id === field.section?.id)
      return own !== undefined && isCalled(own, section)
    }
    return onlyOne(
      fields.filter((field) => isCalled(field, name) && isIn(field)).map(({ value }) => value),
      `field ${name}`,
    )
  },
}

/** As in secret references everywhere, capitals do not count. */
const isCalled = ({ id, label = '' }: { id: string; label?: string | undefined }, name: string): boolean =>
  [id, label].some((known) => known.toLowerCase() === name.toLowerCase())

interface Place {
  list: string
  by: string
  what: string
  name: string
}

async function idOf(outbound: Outbound, config: Config, { list, by, what, name }: Place): Promise<string> {
  if (ID.test(name)) return name
  const filter = new URLSearchParams({ filter: `${by} eq ${JSON.stringify(name)}` })
  const path = `${list}?${filter}`
  const found = await get(outbound, config, { path, what: `looking for the ${what}`, schema: Entries })
  return encodeURIComponent(
    onlyOne(
      found.map(({ id }) => id),
      `${what} ${name}`,
    ),
  )
}

/** @throws Error when there is none, or it is not clear which is meant */
function onlyOne(found: readonly (string | undefined)[], what: string): string {
  const [first] = found
  if (found.length > 1) throw new Error(`There is more than one ${what}: name it by its id`)
  if (first === undefined) throw new Error(`There is no ${what} with a value that the token may read`)
  return first
}

interface Question<S extends z.ZodType> {
  path: string
  /** For people, should it fail. */
  what: string
  schema: S
}

async function get<S extends z.ZodType>(
  outbound: Outbound,
  config: Config,
  { path, what, schema }: Question<S>,
): Promise<z.output<S>> {
  const answer = await outbound(below(config.url, `v1/${path}`), {
    headers: { authorization: `Bearer ${config.connectToken}` },
    ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
  })
  const read = schema.safeParse(parseJson(await textOf(answer, what)))
  if (!read.success) throw new Error(`${what} was not answered as a Connect server does`)
  return read.data
}
