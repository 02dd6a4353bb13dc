import { createAction, isMap, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'

const convert = createAction({
  name: 'convert-json-to-xml',
  displayName: 'Convert JSON to XML',
  description: 'Writes JSON as XML',
  props: {
    json: Property.Json({ displayName: 'JSON', required: true }),
    attributes_key: Property.ShortText({
      displayName: 'Attribute Field',
      description: 'The field that holds the attributes of an element',
      required: false,
      defaultValue: 'attr',
    }),
    header: Property.Checkbox({
      displayName: 'Add XML Header',
      required: false,
      defaultValue: false,
    }),
  },
  async run({ propsValue }) {
    const { json } = propsValue
    if (typeof json !== 'object' || json === null) throw new Error('The JSON must be an object or a list.')
    const { XMLBuilder } = await import('fast-xml-parser')
    const attributesKey = propsValue.attributes_key || 'attr'
    const builder = new XMLBuilder({
      ignoreAttributes: false,
      attributesGroupName: attributesKey,
      suppressBooleanAttributes: false,
      processEntities: true,
    })
    const document = Array.isArray(json) ? { row: json } : json
    checkNames(document, attributesKey)
    return (propsValue.header ? '<?xml version="1.0" encoding="utf-8"?>\n' : '') + builder.build(document)
  },
})

const NAME = /^[\p{L}_:][\p{L}\p{N}_:.\-\u00b7]*$/u

/** The builder writes any key as a tag: a key that is no XML name would make a text that nothing can read. */
function checkNames(value: unknown, attributesKey: string): void {
  if (Array.isArray(value)) for (const item of value) checkNames(item, attributesKey)
  if (!isMap(value)) return
  for (const [name, item] of Object.entries(value)) {
    const special = name === '#text' || name === attributesKey
    if (!special && !NAME.test(name)) throw new Error(`Not a name of an XML element: ${name}`)
    checkNames(item, attributesKey)
  }
}

const convertBack = createAction({
  name: 'convert-xml-to-json',
  displayName: 'Convert XML to JSON',
  description: 'Reads XML into JSON',
  props: {
    xml: Property.LongText({ displayName: 'XML', required: true }),
    ignoreAttributes: Property.Checkbox({
      displayName: 'Ignore Attributes',
      description: 'Leave attributes out; otherwise they are fields whose names begin with @_',
      required: false,
      defaultValue: false,
    }),
  },
  async run({ propsValue }) {
    const { parseXml, XmlError } = await import('@piecework/model/text/xml')
    try {
      return parseXml(propsValue.xml.replace(/^\ufeff/, ''), {
        ignoreAttributes: propsValue.ignoreAttributes === true,
        ignoreDeclaration: true,
      })
    } catch (error) {
      throw error instanceof XmlError ? new Error(`The text is not XML: ${error.message}`) : error
    }
  },
})

export const xml = corePiece({
  displayName: 'XML',
  description: 'Write and read XML',
  logo: { color: '#9a3412', drawing: '<path d="M8 7l-5 5 5 5M16 7l5 5-5 5M14 4l-4 16"/>' },
  actions: [convert, convertBack],
})
