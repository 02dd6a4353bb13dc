import type { ReactNode } from 'react'

interface PartProps {
  title: string
  text?: ReactNode
  children: ReactNode
}

/** One of several settings of a page that belong together. */
export const Part = ({ title, text, children }: PartProps) => (
  <section aria-label={title} className="flex flex-col gap-3 border-t border-line-1 pt-4">
    <div>
      <h3 className="font-strong">{title}</h3>
      {text && <p className="text-sm text-ink-2">{text}</p>}
    </div>
    {children}
  </section>
)
