import type { ReactNode } from 'react'

interface PartProps {
  title: string
  text: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A part of a page of settings, below the head of the page. */
export const Part = ({ title, text, actions, children }: PartProps) => (
  <section aria-label={title} className="flex flex-col gap-3">
    <div className="flex items-start gap-4 max-sm:flex-col max-sm:gap-2">
      <div className="min-w-0 flex-1">
        <h3 className="text-md font-strong">{title}</h3>
        <p className="text-sm text-ink-2">{text}</p>
      </div>
      {actions}
    </div>
    {children}
  </section>
)
