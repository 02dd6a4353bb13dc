import { Markdown } from '../markdown-text.tsx'
import { usePublicUrl } from '../public-url.ts'
import { useStep } from '../step-context.ts'
import type { ControlProps } from '../types.ts'

const FRAMES: Record<string, string> = {
  INFO: 'rounded-md border border-line-2 bg-inset px-3 py-2.5',
  TIP: 'rounded-md border border-line-2 bg-inset px-3 py-2.5',
  WARNING: 'rounded-md border border-warning-border bg-warning-bg px-3 py-2.5',
  BORDERLESS: '',
}

/** Words of the piece between its fields. */
export function MarkdownNote({ property }: ControlProps) {
  const { place } = useStep()
  const base = usePublicUrl()
  const text = (property.description ?? '')
    .replaceAll('{{webhookUrl}}', `${base}/v1/webhooks/${place.flowId}`)
    .replaceAll('{{formUrl}}', `${location.origin}/forms/${place.flowId}`)
    .replaceAll('{{chatUrl}}', `${location.origin}/chats/${place.flowId}`)
  const frame = FRAMES[String(property.variant ?? 'INFO')] ?? FRAMES.INFO ?? ''
  return <Markdown text={text} className={`text-sm ${frame}`} />
}
