import { element } from './shared.js'
import { language, texts } from './texts.js'

/** The controls of the fields of a form of a project: the limits of the server, in the words of the visitor. */

const LONGEST_ANSWER = 10_000
const LARGEST_FILE_BYTES = 1024 * 1024
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/
const PHONE = /^\+?[0-9 ()./-]{3,40}$/
const BEFORE_BASE64 = /^data:[^,]*,/

const count = (number) => new Intl.NumberFormat(language).format(number)

/** What a control makes of its field: `control` has the focus, `value` is undefined where nothing is filled in. */
const text = (type, properties, fits) => (field, shared) => {
  const { placeholder, min = 0, max = LONGEST_ANSWER } = field
  const control =
    type === 'textarea'
      ? element('textarea', { ...shared, placeholder, rows: '5' })
      : element('input', { ...shared, type, placeholder, ...properties })
  return {
    control,
    value: () => (control.value === '' ? undefined : control.value),
    complaint(value) {
      if (value.length < min) return texts.tooShort(count(min))
      if (value.length > max) return texts.tooLong(count(max))
      return fits?.(value)
    },
  }
}

const number = (field, shared) => {
  const { placeholder, min, max } = field
  const control = element('input', { ...shared, type: 'number', step: 'any', inputmode: 'decimal', placeholder })
  return {
    control,
    value: () => (control.value === '' && !control.validity.badInput ? undefined : control.valueAsNumber),
    complaint(value) {
      if (!Number.isFinite(value)) return texts.noNumber
      if (min !== undefined && value < min) return texts.tooSmall(count(min))
      return max !== undefined && value > max ? texts.tooLarge(count(max)) : undefined
    },
  }
}

const date = (_field, shared) => {
  const control = element('input', { ...shared, type: 'date' })
  return {
    control,
    value: () => (control.value === '' && !control.validity.badInput ? undefined : control.value),
    complaint: (value) => (value === '' ? texts.noDate : undefined),
  }
}

const select = ({ options, placeholder }, shared) => {
  const choices = options.map((option) => element('option', { value: option }, option))
  const control = element('select', shared, element('option', { value: '' }, placeholder ?? texts.choose), ...choices)
  return { control, value: () => (control.value === '' ? undefined : control.value), complaint: () => undefined }
}

/** A group of check boxes, which the name of the field names. */
const multiselect = ({ options, min, max }, { id, name, ...described }) => {
  const boxes = options.map((option, index) =>
    element('input', { type: 'checkbox', id: index === 0 ? id : `${id}-${index}`, name, value: option, ...described }),
  )
  const lines = options.map((option, index) =>
    element('label', { class: 'choice', for: boxes[index].id }, boxes[index], element('span', {}, option)),
  )
  return {
    control: boxes[0],
    marked: boxes,
    body: element('div', { class: 'choices' }, ...lines),
    value: () => {
      const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value)
      return chosen.length === 0 ? undefined : chosen
    },
    complaint(value) {
      if (min !== undefined && value.length < min) return texts.tooFew(count(min))
      return max !== undefined && value.length > max ? texts.tooMany(count(max)) : undefined
    },
  }
}

const checkbox = ({ required }, shared) => {
  const control = element('input', { ...shared, type: 'checkbox' })
  return {
    control,
    value: () => (required && !control.checked ? undefined : control.checked),
    complaint: () => undefined,
  }
}

const file = (_field, shared) => {
  const control = element('input', { ...shared, type: 'file', class: 'hidden' })
  return {
    control,
    body: filePicker(control),
    value: () => control.files[0],
    complaint: ({ size }) => (size > LARGEST_FILE_BYTES ? texts.fileTooLarge(count(1)) : undefined),
    sent: async (chosen) => ({ name: chosen.name, type: chosen.type, data: await base64(chosen) }),
  }
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(reader.result.replace(BEFORE_BASE64, '')))
    reader.addEventListener('error', () => reject(new Error(texts.fileUnreadable)))
    reader.readAsDataURL(blob)
  })
}

function isUrl(value) {
  return URL.canParse(value) && /^https?:\/\//.test(value)
}

/** By the type of the field. */
export const CONTROLS = {
  text: text('text'),
  textarea: text('textarea'),
  email: text('email', { autocomplete: 'email' }, (value) => (EMAIL.test(value) ? undefined : texts.noEmail)),
  url: text('url', { inputmode: 'url' }, (value) => (isUrl(value) ? undefined : texts.noUrl)),
  phone: text('tel', { autocomplete: 'tel' }, (value) => (PHONE.test(value) ? undefined : texts.noPhone)),
  ...{ number, date, select, multiselect, checkbox, file },
}

/** The browser's own button speaks the browser's language and looks like none of ours. */
export function filePicker(control) {
  const chosen = element('output', { for: control.id }, texts.noFile)
  const button = element(
    'button',
    { type: 'button', class: 'choose', tabindex: '-1', 'aria-hidden': 'true' },
    texts.chooseFile,
  )
  button.addEventListener('click', () => control.click())
  control.addEventListener('change', () => {
    chosen.textContent = control.files[0]?.name ?? texts.noFile
  })
  return element('div', { class: 'picker' }, control, button, chosen)
}
