import { useMemo } from 'react'
import { cx } from '../../ui/cx.ts'
import { CopyLine } from './copy-line.tsx'
import { type Block, type Inline, readMarkdown } from './markdown.ts'

/** Words in Markdown, as pieces describe themselves. */
export function Markdown({ text, className }: { text: string; className?: string }) {
  const blocks = useMemo(() => readMarkdown(text), [text])
  return (
    <div className={cx('flex flex-col gap-1.5 break-words', className)}>
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text is always read again as a whole
        <BlockOf key={index} block={block} />
      ))}
    </div>
  )
}

function BlockOf({ block }: { block: Block }) {
  if (block.kind === 'code') return <CopyLine text={block.text} />
  if (block.kind === 'paragraph')
    return (
      <p>
        <Words content={block.content} />
      </p>
    )
  const List = block.isOrdered ? 'ol' : 'ul'
  return (
    <List className={cx('flex flex-col gap-0.5 pl-5', block.isOrdered ? 'list-decimal' : 'list-disc')}>
      {block.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <li key={index}>
          <Words content={item} />
        </li>
      ))}
    </List>
  )
}

const Words = ({ content }: { content: readonly Inline[] }) =>
  content.map((part, index) => {
    const key = `${index}${part.kind}`
    if (part.kind === 'strong')
      return (
        <strong key={key} className="font-medium text-ink-1">
          {part.text}
        </strong>
      )
    if (part.kind === 'code')
      return (
        <code key={key} className="rounded-xs bg-active px-1 font-mono text-[0.92em]">
          {part.text}
        </code>
      )
    if (part.kind === 'link')
      return (
        <a key={key} href={part.url} target="_blank" rel="noreferrer" className="text-accent-text underline">
          {part.text}
        </a>
      )
    return part.text
  })
