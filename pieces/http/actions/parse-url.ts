import { createAction, Property } from '@piecework/framework'

export const parseUrl = createAction({
  name: 'parse_url',
  displayName: 'Parse URL',
  description: 'Takes a URL apart',
  props: {
    url: Property.ShortText({ displayName: 'URL', required: true }),
    returnArrays: Property.Checkbox({
      displayName: 'Return Arrays',
      description: 'A list of values for each query parameter, instead of its first value',
      required: false,
      defaultValue: true,
    }),
  },
  async run({ propsValue }) {
    if (!URL.canParse(propsValue.url)) throw new Error(`Invalid URL: ${propsValue.url}`)
    const url = new URL(propsValue.url)
    const names = [...new Set(url.searchParams.keys())]
    const value = (name: string) =>
      (propsValue.returnArrays ?? true) ? url.searchParams.getAll(name) : url.searchParams.get(name)
    return {
      base_url: url.origin,
      domain: url.hostname,
      path: url.pathname,
      query_parameters: Object.fromEntries(names.map((name) => [name, value(name)])),
      hash: url.hash,
    }
  },
})
