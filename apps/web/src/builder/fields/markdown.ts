/** The parts of Markdown that descriptions of pieces are written in. */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'strong'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: string; url: string }

export type Block =
  | { kind: 'paragraph'; content: Inline[] }
  | { kind: 'list'; isOrdered: boolean; items: Inline[][] }
  | { kind: 'code'; text: string }

const INLINE = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>)]+)/g

export function readInline(text: string): Inline[] {
  const parts: Inline[] = []
  let done = 0
  for (const match of text.matchAll(INLINE)) {
    const [whole, strong, code, words, url, bare] = match
    if (match.index > done) parts.push({ kind: 'text', text: text.slice(done, match.index) })
    if (strong !== undefined) parts.push({ kind: 'strong', text: strong })
    else if (code !== undefined) parts.push({ kind: 'code', text: code })
    else if (bare !== undefined) parts.push({ kind: 'link', text: bare, url: bare })
    else if (url !== undefined && /^https?:\/\//.test(url)) parts.push({ kind: 'link', text: words ?? url, url })
    else parts.push({ kind: 'text', text: whole })
    done = match.index + whole.length
  }
  if (done < text.length) parts.push({ kind: 'text', text: text.slice(done) })
  return parts
}

const ITEM = /^\s*(?:[-*+]|(\d+)\.)\s+(.*)$/

export function readMarkdown(text: string): Block[] {
  const blocks: Block[] = []
  let paragraph: string[] = []
  const endParagraph = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', content: readInline(paragraph.join(' ')) })
    paragraph = []
  }
  const lines = text.replaceAll(/<br\s*\/?>/g, '\n').split('\n')
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const item = ITEM.exec(line)
    if (line.trimStart().startsWith('```')) {
      endParagraph()
      const code: string[] = []
      for (index++; index < lines.length && !lines[index]?.trimStart().startsWith('```'); index++)
        code.push(lines[index] ?? '')
      blocks.push({ kind: 'code', text: code.join('\n').trim() })
    } else if (item) {
      endParagraph()
      const isOrdered = item[1] !== undefined
      const last = blocks.at(-1)
      const content = readInline(item[2] ?? '')
      if (last?.kind === 'list' && last.isOrdered === isOrdered) last.items.push(content)
      else blocks.push({ kind: 'list', isOrdered, items: [content] })
    } else if (line.trim() === '') endParagraph()
    else paragraph.push(line.replace(/^\s*#+\s*/, '').trim())
  }
  endParagraph()
  return blocks
}
