import { marked } from './marked.js'
import DOMPurify from './purify.js'
import { texts } from './texts.js'

/** The flow that the page is for, from its address. */
export const flowId = decodeURIComponent(location.pathname.split('/').at(-1) ?? '')
export const useDraft = new URLSearchParams(location.search).get('useDraft') === 'true'

/** An element with properties and children; texts are texts, never markup. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value)
    else if (key === 'value' || key === 'checked' || key === 'disabled') made[key] = value
    else made.setAttribute(key, value === true ? '' : value)
  }
  made.append(...children.filter((child) => child !== undefined && child !== null))
  return made
}

/** Shows one thing in place of the page, and brings a reader's focus to it. */
export function show(...children) {
  const page = document.getElementById('page')
  page.replaceChildren(...children)
  page.removeAttribute('aria-busy')
}

/** Puts on what the platform of the page looks like: its colours, light and dark, and its logo above the page. */
function wear({ name, logoUrl, accents }) {
  if (accents) {
    const rules = (colours) =>
      `:root{${Object.entries(colours)
        .map(([variable, colour]) => `${variable === '--focus-ring' ? '--focus' : variable}:${colour}`)
        .join(';')}}`
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`${rules(accents.light)} @media (prefers-color-scheme: dark) {${rules(accents.dark)}}`)
    document.adoptedStyleSheets = [sheet]
  }
  if (!logoUrl || document.body.classList.contains('chat')) return
  const logo = element('img', { src: logoUrl, alt: name, onerror: ({ target }) => target.parentElement?.remove() })
  document.body.prepend(element('header', { class: 'brand' }, logo))
}

const SIGNS = { good: '✓', bad: '!', plain: '?' }

/** What stands in place of the page. @param tone `good`, `bad` or `plain` */
export function notice(tone, title, text, ...more) {
  const heading = element('h1', { tabindex: '-1' }, title)
  const sign = element('div', { class: `sign ${tone}`, 'aria-hidden': 'true' }, SIGNS[tone])
  const card = element('section', { class: 'card notice' }, sign, heading, element('p', {}, text), ...more)
  return { card, heading }
}

/** What the API says of the page; shows why, when there is none. */
export async function load(kind) {
  const query = useDraft ? '?useDraft=true' : ''
  const address = `/api/v1/human-input/${kind}/${encodeURIComponent(flowId)}${query}`
  return loadFrom(address, kind === 'form' ? texts.noForm : texts.noChat)
}

/** What an address of the API says; shows why, when there is nothing. @param missing the words when it is not there */
export async function loadFrom(address, missing) {
  const again = element('button', { type: 'button', onclick: () => location.reload() }, texts.tryAgain)
  try {
    const answer = await fetch(address)
    if (answer.ok) {
      const page = await answer.json()
      wear(page.brand)
      return page
    }
    if (answer.status === 404) {
      const { card } = notice('plain', missing, texts.takenDown)
      show(card)
    } else show(notice('bad', texts.wrong, texts.answered(answer.status), again).card)
  } catch {
    show(notice('bad', texts.unreachable, texts.checkConnection, again).card)
  }
  return undefined
}

/** Markdown as elements without scripts or frames; links open in a window of their own. */
export function markdown(text) {
  const content = DOMPurify.sanitize(marked.parse(String(text), { gfm: true, breaks: true }), {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'iframe'],
    FORBID_ATTR: ['style'],
  })
  for (const link of content.querySelectorAll('a[href]')) {
    link.setAttribute('target', '_blank')
    link.setAttribute('rel', 'noopener noreferrer')
  }
  return element('div', { class: 'markdown' }, content)
}

/** A file that a flow answered with: by URL, or in the answer itself. */
export function fileLink(file) {
  if (typeof file !== 'object' || file === null) return undefined
  const url = file.url ?? file.base64Url
  if (typeof url !== 'string' || !/^(https?:|data:)/.test(url)) return undefined
  const name = file.fileName ?? texts.download
  const isImage = String(file.mimeType ?? url.slice(5)).startsWith('image/')
  const link = element(
    'a',
    { class: 'file', href: url, download: file.fileName ?? '', target: '_blank', rel: 'noopener' },
    name,
  )
  return isImage ? element('figure', {}, element('img', { src: url, alt: file.fileName ?? texts.image }), link) : link
}

/** What a flow answered, as elements; undefined when it is nothing to show. */
export function result(answer) {
  if (typeof answer === 'string') return answer.trim() === '' ? undefined : markdown(answer)
  if (typeof answer !== 'object' || answer === null) return undefined
  if (answer.type === 'file') return fileLink(answer.value)
  if (answer.type === 'markdown') {
    const files = (Array.isArray(answer.files) ? answer.files : []).map(fileLink).filter(Boolean)
    if (!answer.value && files.length === 0) return undefined
    return element('div', { class: 'result' }, markdown(answer.value ?? ''), ...files)
  }
  if (Object.keys(answer).length === 0) return undefined
  return element('pre', { tabindex: '0' }, JSON.stringify(answer, null, 2))
}

/** Sends a form to the flow. Resolves with what it answered. @throws Error with a text for people. */
export async function send(form, waits) {
  const url = `/api/v1/webhooks/${encodeURIComponent(flowId)}${useDraft ? '/draft' : ''}${waits ? '/sync' : ''}`
  const answer = await fetch(url, { method: 'POST', body: form }).catch(() => {
    throw new Error(texts.unreachableNow)
  })
  if (answer.ok) {
    const text = await answer.text()
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  throw new Error(REASONS[answer.status] ?? texts.answeredLater(answer.status))
}

const REASONS = {
  404: texts.off,
  408: texts.late,
  410: texts.gone,
  413: texts.large,
  429: texts.busy,
}
