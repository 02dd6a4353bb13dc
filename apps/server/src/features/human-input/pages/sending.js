import { element } from './shared.js'
import { texts } from './texts.js'

/** Says what the star means, where a field has one. */
export const starHint = (fields) =>
  fields.some(({ required }) => required)
    ? element(
        'p',
        { class: 'hint' },
        element('span', { class: 'star', 'aria-hidden': 'true' }, '*'),
        texts.requiredMark,
      )
    : undefined

/**
 * The sending of a form: nothing is sent while a field is wrong, nor twice at once, and a failure is said.
 * @param fields each with its control and its check
 * @param words of the button while it sends
 * @param send gets `fail`, which says why it did not work; an error that it throws is said, too
 * @returns what to do at a submit, and the parts at the end of the form
 */
export function sending(fields, words, send) {
  const problem = element('p', { class: 'problem', role: 'alert', hidden: true })
  const button = element('button', { type: 'submit', class: 'primary' }, texts.submit)
  const fail = (message) => {
    problem.textContent = message
    problem.hidden = false
    button.disabled = false
    button.textContent = texts.submit
  }
  const submit = async (event) => {
    event.preventDefault()
    problem.hidden = true
    const wrong = fields.filter(({ check }) => !check())
    if (wrong.length > 0) {
      wrong[0].control.focus()
      return
    }
    button.disabled = true
    button.textContent = words
    try {
      await send(fail)
    } catch (error) {
      fail(error.message)
    }
  }
  return { submit, parts: [problem, button] }
}
