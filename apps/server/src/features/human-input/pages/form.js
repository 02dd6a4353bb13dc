import { filePicker } from './controls.js'
import { sending, starHint } from './sending.js'
import { element, load, notice, result, send, show } from './shared.js'
import { texts } from './texts.js'

const form = await load('form')
if (form) showForm(form)

function showForm({ title, props: { inputs, waitForResponse } }) {
  document.title = title
  const fields = inputs.map((input, index) => field(input, `field-${index}`))
  const { submit, parts } = sending(fields, waitForResponse ? texts.waiting : texts.sending, async () => {
    const values = new FormData()
    for (const { fill } of fields) fill(values)
    showDone(result(await send(values, waitForResponse)), waitForResponse)
  })

  const again = () => showForm(form)
  const showDone = (answer) => {
    const more = element('button', { type: 'button', onclick: again }, texts.again)
    const { card, heading } = notice('good', texts.thanks, answer ? '' : texts.received)
    if (answer) card.querySelector('p').replaceWith(answer)
    card.append(more)
    show(card)
    heading.focus()
  }

  show(
    element(
      'form',
      { class: 'card', novalidate: true, onsubmit: submit },
      element('h1', {}, title),
      starHint(inputs),
      ...fields.map(({ row }) => row),
      inputs.length === 0 ? element('p', {}, texts.nothing) : undefined,
      ...parts,
    ),
  )
}

/** One input: its row, its control, whether it is filled in as it must be, and what it adds to the submission. */
function field({ key, displayName, description, required, type }, id) {
  const notes = []
  const describe = description ? element('p', { class: 'description', id: `${id}-d` }, description) : undefined
  if (describe) notes.push(`${id}-d`)
  const problem = element('p', { class: 'problem', id: `${id}-p`, hidden: true })
  notes.push(`${id}-p`)
  const shared = {
    id,
    name: key,
    'aria-describedby': notes.join(' '),
    ...(required ? { 'aria-required': 'true' } : {}),
  }
  const control =
    type === 'text_area'
      ? element('textarea', { ...shared, rows: '5' })
      : element('input', {
          ...shared,
          type: { text: 'text', file: 'file', toggle: 'checkbox' }[type],
          class: type === 'file' ? 'hidden' : undefined,
        })
  if (type === 'toggle') control.setAttribute('role', 'switch')
  const star =
    required && type !== 'toggle' ? element('span', { class: 'star', 'aria-hidden': 'true' }, '*') : undefined
  const label = element('label', { for: id }, displayName, star)
  const row =
    type === 'toggle'
      ? element('div', { class: 'row toggle' }, element('div', { class: 'switch' }, control, label), describe, problem)
      : element('div', { class: 'row' }, label, describe, type === 'file' ? filePicker(control) : control, problem)

  const isMissing = () => {
    if (!required || type === 'toggle') return false
    return type === 'file' ? control.files.length === 0 : control.value.trim() === ''
  }
  const check = () => {
    const missing = isMissing()
    problem.textContent = missing ? (type === 'file' ? texts.fileMissing : texts.missing(displayName)) : ''
    problem.hidden = !missing
    control.setAttribute('aria-invalid', String(missing))
    return !missing
  }
  control.addEventListener('input', () => {
    if (!problem.hidden) check()
  })
  const fill = (values) => {
    if (type === 'toggle') values.append(key, String(control.checked))
    else if (type !== 'file') values.append(key, control.value)
    else if (control.files[0]) values.append(key, control.files[0])
  }
  return { row, control, check, fill }
}
