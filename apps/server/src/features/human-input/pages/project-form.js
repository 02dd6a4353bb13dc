import { CONTROLS } from './controls.js'
import { sending, starHint } from './sending.js'
import { element, loadFrom, notice, show } from './shared.js'
import { texts } from './texts.js'

const id = decodeURIComponent(location.pathname.split('/').at(-1) ?? '')
const address = `/api/v1/public-forms/${encodeURIComponent(id)}`

async function open() {
  const form = await loadFrom(address, texts.noForm)
  if (!form) return
  document.title = form.name
  if (form.isOpen) showForm(form)
  else showClosed()
}

function showClosed() {
  const { card, heading } = notice('plain', texts.closed, texts.closedNow)
  show(card)
  heading.focus()
}

function showForm(form) {
  const fields = form.fields.map((field, index) => rowOf(field, `field-${index}`))
  // Programs fill in every field; people neither see nor reach this one.
  const trap = element('input', { type: 'text', name: 'homepage', tabindex: '-1', autocomplete: 'off' })

  const { submit, parts } = sending(fields, texts.sending, async (fail) => {
    const answers = await Promise.all(fields.map(async ({ name, sent }) => [name, await sent()]))
    const data = Object.fromEntries(answers.filter(([, value]) => value !== undefined))
    await send({ data, token: form.token, homepage: trap.value }, fields, fail)
  })

  show(
    element(
      'form',
      { class: 'card', novalidate: true, onsubmit: submit },
      element('h1', {}, form.name),
      form.description === '' ? undefined : element('p', { class: 'description lines' }, form.description),
      starHint(form.fields),
      ...fields.map(({ row }) => row),
      element('div', { class: 'hidden', 'aria-hidden': 'true' }, element('label', {}, texts.leaveEmpty, trap)),
      ...parts,
    ),
  )
}

/** @param fail shows why it did not work */
async function send(submission, fields, fail) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${address}/submissions`, {
    method: 'POST',
    headers,
    body: JSON.stringify(submission),
  }).catch(() => undefined)
  if (!answer) return fail(texts.unreachableNow)
  const content = await answer.json().catch(() => ({}))
  if (answer.ok) return showDone(content)
  const { isClosed, fields: complaints = {} } = content.params ?? {}
  if (isClosed) return showClosed()
  const refused = fields.filter(({ name }) => Object.hasOwn(complaints, `data.${name}`))
  for (const { refuse } of refused) refuse(texts.checkAnswer)
  fail(refused.length > 0 ? texts.checkAnswers : (REASONS[answer.status] ?? texts.answeredLater(answer.status)))
  refused[0]?.control.focus()
}

const REASONS = { 404: texts.gone, 413: texts.large, 429: texts.busy }

function showDone({ thanks, redirectUrl }) {
  if (redirectUrl !== null) {
    location.assign(redirectUrl)
    return
  }
  const again = element('button', { type: 'button', onclick: open }, texts.again)
  const { card, heading } = notice('good', texts.thanks, thanks === '' ? texts.received : thanks, again)
  card.querySelector('p').classList.add('lines')
  show(card)
  heading.focus()
}

/** One field: its row, its control, whether it is filled in as it must be, and what is sent of it. */
function rowOf(field, id) {
  const { name, type, required, label = name } = field
  const problem = element('p', { class: 'problem', id: `${id}-p`, hidden: true })
  const shared = { id, name, 'aria-describedby': `${id}-p`, ...(required ? { 'aria-required': 'true' } : {}) }
  const made = CONTROLS[type](field, type === 'multiselect' ? { id, name, 'aria-describedby': `${id}-p` } : shared)
  const { control, body = control, marked = [control], value, complaint, sent = (given) => given } = made
  const star = required ? element('span', { class: 'star', 'aria-hidden': 'true' }, '*') : undefined

  const refuse = (why) => {
    problem.textContent = why ?? ''
    problem.hidden = why === undefined
    for (const one of marked) one.setAttribute('aria-invalid', String(why !== undefined))
  }
  const complaintNow = () => {
    const given = value()
    if (given !== undefined) return complaint(given)
    return required ? missing(type, label) : undefined
  }
  const check = () => {
    const why = complaintNow()
    refuse(why)
    return why === undefined
  }
  for (const one of marked)
    one.addEventListener('input', () => {
      if (!problem.hidden) check()
    })

  return {
    name,
    control,
    refuse,
    check,
    sent: async () => (value() === undefined ? undefined : sent(value())),
    row: row(),
  }

  function row() {
    if (type === 'multiselect')
      return element(
        'fieldset',
        { class: 'row' },
        element('legend', { class: 'label' }, label, star, required ? spoken(texts.isRequired) : undefined),
        body,
        problem,
      )
    if (type === 'checkbox')
      return element(
        'div',
        { class: 'row' },
        element('label', { class: 'choice', for: id }, body, element('span', {}, label, star)),
        problem,
      )
    return element('div', { class: 'row' }, element('label', { for: id }, label, star), body, problem)
  }
}

/** For readers of the screen alone. */
const spoken = (words) => element('span', { class: 'hidden' }, words)

function missing(type, label) {
  if (type === 'file') return texts.fileMissing
  if (type === 'checkbox') return texts.tick
  return type === 'select' || type === 'multiselect' ? texts.chooseOf(label) : texts.missing(label)
}

await open()
