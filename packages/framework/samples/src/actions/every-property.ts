import { type ApFile, createAction, type DropdownState, PieceAuth, Property } from '@activepieces/pieces-framework'
import { MarkdownVariant } from '@activepieces/shared'
import { serverAuth } from '../auth'
import { same } from '../type-tests'

const colours: DropdownState<string> = { options: [{ label: 'Red', value: 'red' }] }

export const everyProperty = createAction({
  auth: serverAuth,
  name: 'every_property',
  displayName: 'Every property',
  description: 'Has one of each',
  errorHandlingOptions: {
    continueOnFailure: { defaultValue: true, hide: false },
    retryOnFailure: { defaultValue: false, hide: true },
  },
  props: {
    text: Property.ShortText({ displayName: 'Text', description: 'A text', required: true, defaultValue: 'x' }),
    maybeText: Property.ShortText({ displayName: 'Text', required: false }),
    longText: Property.LongText({ displayName: 'Long text', required: true }),
    help: Property.MarkDown({ value: 'Send it to {{webhookUrl}}', variant: MarkdownVariant.WARNING }),
    number: Property.Number({ displayName: 'Number', required: true }),
    maybeNumber: Property.Number({ displayName: 'Number', required: false, defaultValue: 3 }),
    checkbox: Property.Checkbox({ displayName: 'Checkbox', required: true }),
    maybeCheckbox: Property.Checkbox({ displayName: 'Checkbox', required: false }),
    date: Property.DateTime({ displayName: 'Date', required: true, defaultValue: '2026-01-02T03:04:05Z' }),
    maybeDate: Property.DateTime({ displayName: 'Date', required: false }),
    json: Property.Json({ displayName: 'JSON', required: true, defaultValue: { a: 1 } }),
    map: Property.Object({ displayName: 'Map', required: true, defaultValue: { a: 'b' } }),
    maybeMap: Property.Object({ displayName: 'Map', required: false }),
    list: Property.Array({ displayName: 'List', required: true, defaultValue: ['a'] }),
    maybeList: Property.Array({ displayName: 'List', required: false }),
    rows: Property.Array({
      displayName: 'Rows',
      required: false,
      properties: {
        name: Property.ShortText({ displayName: 'Name', required: true }),
        text: Property.LongText({ displayName: 'Text', required: true }),
        kind: Property.StaticDropdown({ displayName: 'Kind', required: true, options: colours }),
        kinds: Property.StaticMultiSelectDropdown({ displayName: 'Kinds', required: true, options: colours }),
        done: Property.Checkbox({ displayName: 'Done', required: true }),
        count: Property.Number({ displayName: 'Count', required: true }),
        file: Property.File({ displayName: 'File', required: true }),
        json: Property.Json({ displayName: 'JSON', required: true }),
        colour: Property.Color({ displayName: 'Colour', required: true }),
        when: Property.DateTime({ displayName: 'When', required: true }),
      },
    }),
    file: Property.File({ displayName: 'File', required: true }),
    maybeFile: Property.File({ displayName: 'File', required: false }),
    colour: Property.Color({ displayName: 'Colour', required: true }),
    choice: Property.StaticDropdown({ displayName: 'Choice', required: true, options: colours }),
    maybeChoice: Property.StaticDropdown<number>({
      displayName: 'Choice',
      required: false,
      options: { disabled: false, options: [{ label: 'One', value: 1 }] },
    }),
    choices: Property.StaticMultiSelectDropdown({ displayName: 'Choices', required: true, options: colours }),
    room: Property.Dropdown<{ id: number }, true, typeof serverAuth>({
      displayName: 'Room',
      required: true,
      auth: serverAuth,
      refreshers: ['text'],
      refreshOnSearch: true,
      options: async ({ auth, text }, { searchValue, server, project, connections, flows }) => {
        if (!auth) return { disabled: true, placeholder: 'Connect first', options: [] }
        same<typeof auth.props.baseUrl, string>(true)
        const label = [auth.props.baseUrl, text, searchValue, server.apiUrl, project.id].join(' ')
        const known = (await connections.get('x')) !== null || (await flows.list()).data.length > 0
        return { options: known ? [{ label, value: { id: 1 } }] : [] }
      },
    }),
    rooms: Property.MultiSelectDropdown<string, false, typeof serverAuth>({
      displayName: 'Rooms',
      required: false,
      auth: serverAuth,
      refreshers: [],
      options: async ({ auth }) => ({ options: auth ? [{ label: 'One', value: auth.props.token }] : [] }),
    }),
    free: Property.Dropdown<string, true>({
      displayName: 'Free',
      required: true,
      auth: PieceAuth.None(),
      refreshers: [],
      options: async () => ({ options: [] }),
    }),
    more: Property.DynamicProperties({
      displayName: 'More',
      required: true,
      auth: serverAuth,
      refreshers: ['choice'],
      props: async ({ auth, choice }) => ({
        first: Property.ShortText({ displayName: `${auth?.props.region} ${choice}`, required: true }),
        second: Property.Number({ displayName: 'Second', required: false }),
      }),
    }),
    drawn: Property.Custom({
      displayName: 'Drawn',
      required: false,
      code: ({ onChange, value, containerId, isEmbeded, projectId, property, disabled }) => {
        if (!disabled && !isEmbeded) onChange([value, containerId, projectId, property.displayName])
        return () => onChange(undefined)
      },
    }),
  },
  async run({ auth, propsValue }) {
    same<typeof auth.type, 'CUSTOM_AUTH'>(true as never)
    same<typeof auth.props.baseUrl, string>(true)
    same<typeof auth.props.note, string | undefined>(true)
    same<typeof auth.props.port, number | undefined>(true)
    same<typeof auth.props.secure, boolean>(true)
    same<typeof auth.props.token, string>(true)
    same<typeof auth.props.region, string>(true)
    same<typeof auth.props.features, number[] | undefined>(true)
    same<typeof propsValue.text, string>(true)
    same<typeof propsValue.maybeText, string | undefined>(true)
    same<typeof propsValue.longText, string>(true)
    same<typeof propsValue.number, number>(true)
    same<typeof propsValue.maybeNumber, number | undefined>(true)
    same<typeof propsValue.checkbox, boolean>(true)
    same<typeof propsValue.maybeCheckbox, boolean | undefined>(true)
    same<typeof propsValue.date, string>(true)
    same<typeof propsValue.maybeDate, string | undefined>(true)
    same<typeof propsValue.map, Record<string, unknown>>(true)
    same<typeof propsValue.maybeMap, Record<string, unknown> | undefined>(true)
    same<typeof propsValue.list, unknown[]>(true)
    same<typeof propsValue.maybeList, unknown[] | undefined>(true)
    same<typeof propsValue.rows, unknown[] | undefined>(true)
    same<typeof propsValue.file, ApFile>(true)
    same<typeof propsValue.maybeFile, ApFile | undefined>(true)
    same<typeof propsValue.colour, string>(true)
    same<typeof propsValue.choice, string>(true)
    same<typeof propsValue.maybeChoice, number | undefined>(true)
    same<typeof propsValue.choices, string[]>(true)
    same<typeof propsValue.room, { id: number }>(true)
    same<typeof propsValue.rooms, string[] | undefined>(true)
    same<typeof propsValue.free, string>(true)
    return {
      text: propsValue.text,
      file: propsValue.file.data.toString('utf8') + propsValue.file.base64.length + propsValue.file.filename,
      more: propsValue.more.first,
      json: propsValue.json,
      port: auth.props.port,
    }
  },
})
