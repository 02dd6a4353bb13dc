import { isRaw, mapSteps, type Raw, rawAt, without } from './raw.ts'

const SAMPLE_KEYS = ['sampleDataFileId', 'sampleDataInputFileId', 'lastTestDate']

/**
 * 6 to 7: `inputUiInfo` held everything except the input. Its file ids become `sampleData`, its customised inputs and
 * schemas `propertySettings`; the logo moves from the step into its settings.
 */
export function propertySettings(content: Raw): Raw {
  return mapSteps(content, (step) => {
    const settings = rawAt(step, 'settings')
    const info = settings.inputUiInfo
    const logo = step.customLogoUrl
    if (!isRaw(info) && logo === undefined) return step
    const ui = isRaw(info) ? info : {}
    const sampleData = Object.fromEntries(
      SAMPLE_KEYS.filter((key) => typeof ui[key] === 'string').map((key) => [key, ui[key]]),
    )
    const isPiece = step.type === 'PIECE' || step.type === 'PIECE_TRIGGER'
    return {
      ...without(step, 'customLogoUrl'),
      settings: {
        ...without(settings, 'inputUiInfo'),
        sampleData,
        ...(typeof logo === 'string' ? { customLogoUrl: logo } : {}),
        ...(isPiece
          ? { propertySettings: { ...fromUi(ui, rawAt(settings, 'input')), ...rawAt(settings, 'propertySettings') } }
          : {}),
      },
    }
  })
}

function fromUi(ui: Raw, input: Raw): Raw {
  const customised = rawAt(ui, 'customizedInputs')
  const schemas = rawAt(ui, 'schema')
  const keys = new Set([...Object.keys(input), ...Object.keys(customised), ...Object.keys(schemas)])
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      { type: customised[key] ? 'DYNAMIC' : 'MANUAL', ...(schemas[key] === undefined ? {} : { schema: schemas[key] }) },
    ]),
  )
}
