import { element, flowId, load, result, send, show } from './shared.js'
import { texts } from './texts.js'

const STORED = `chat:${flowId}`
const chat = await load('chat')
if (chat) showChat(chat)

/** Lasts as long as the window, so that a reload goes on with the same talk. */
function sessionId(renew) {
  const known = renew ? null : sessionStorage.getItem(STORED)
  const id = known ?? crypto.getRandomValues(new Uint32Array(4)).join('-')
  sessionStorage.setItem(STORED, id)
  return id
}

function showChat({ title, brand, props: { botName } }) {
  document.title = title
  let session = sessionId(false)
  let files = []
  const empty = element('p', { class: 'empty' }, texts.begin(botName))
  const talk = element('div', { class: 'talk', role: 'log', 'aria-label': texts.messages, tabindex: '0' }, empty)
  const text = element('textarea', {
    id: 'message',
    rows: '1',
    'aria-label': texts.messageTo(botName),
    placeholder: texts.message,
  })
  const picker = element('input', {
    type: 'file',
    multiple: true,
    id: 'files',
    class: 'hidden',
    tabindex: '-1',
    'aria-hidden': 'true',
  })
  const chosen = element('ul', { class: 'chosen', 'aria-label': texts.chosenFiles })
  const button = element('button', { type: 'submit', class: 'primary', disabled: true }, texts.send)
  const attach = element('button', { type: 'button', onclick: () => picker.click() }, texts.attach)

  const refresh = () => {
    button.disabled = text.value.trim() === '' || talk.getAttribute('aria-busy') === 'true'
    text.rows = Math.min(6, text.value.split('\n').length)
    chosen.replaceChildren(
      ...files.map((file) =>
        element(
          'li',
          {},
          file.name,
          element(
            'button',
            {
              type: 'button',
              'aria-label': texts.remove(file.name),
              onclick: () => {
                files = files.filter((other) => other !== file)
                refresh()
              },
            },
            '×',
          ),
        ),
      ),
    )
  }
  const say = (who, kind, ...content) => {
    empty.remove()
    const bubble = element('article', { class: `bubble ${kind}` }, element('span', { class: 'who' }, who), ...content)
    talk.append(bubble)
    talk.scrollTop = talk.scrollHeight
    return bubble
  }

  const submit = async (event) => {
    event?.preventDefault()
    const message = text.value.trim()
    if (message === '' || button.disabled) return
    const values = new FormData()
    values.append('chatId', session)
    values.append('message', message)
    for (const [index, file] of files.entries()) values.append(`files[${index}]`, file)
    say(
      texts.you,
      'mine',
      element('p', {}, message),
      ...files.map((file) => element('p', { class: 'file' }, file.name)),
    )
    text.value = ''
    files = []
    await ask(values)
  }

  const ask = async (values) => {
    const mine = session
    talk.setAttribute('aria-busy', 'true')
    refresh()
    const waiting = say(botName, 'waiting', element('p', {}, texts.writing))
    try {
      const answer = result(await send(values, true))
      if (mine === session) say(botName, 'theirs', answer ?? element('p', { class: 'hint' }, texts.noAnswer))
    } catch (error) {
      const again = element('button', { type: 'button' }, texts.tryAgain)
      const bubble = say(botName, 'failed', element('p', { role: 'alert' }, error.message), again)
      again.addEventListener('click', () => {
        bubble.remove()
        void ask(values)
      })
    } finally {
      waiting.remove()
      talk.setAttribute('aria-busy', 'false')
      refresh()
      text.focus()
    }
  }

  const renew = () => {
    session = sessionId(true)
    talk.replaceChildren(empty)
    text.focus()
  }
  text.addEventListener('input', refresh)
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void submit()
  })
  picker.addEventListener('change', () => {
    files = [...files, ...picker.files]
    picker.value = ''
    refresh()
  })
  const logo = brand.logoUrl
    ? element('img', {
        class: 'logo',
        src: brand.logoUrl,
        alt: brand.name,
        onerror: (event) => event.target.remove(),
      })
    : undefined
  show(
    element(
      'header',
      {},
      logo,
      element('h1', {}, botName),
      element('button', { type: 'button', onclick: renew }, texts.newChat),
    ),
    talk,
    element(
      'form',
      { class: 'composer', onsubmit: submit },
      chosen,
      element('div', { class: 'line' }, attach, picker, text, button),
    ),
  )
  text.focus()
}
