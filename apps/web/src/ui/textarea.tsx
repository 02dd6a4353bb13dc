import { Field } from '@base-ui/react/field'
import type { ComponentProps } from 'react'
import { cx } from './cx.ts'
import { CONTROL } from './input.tsx'

interface TextareaProps extends Omit<ComponentProps<'textarea'>, 'className' | 'defaultValue' | 'value'> {
  value?: string
  defaultValue?: string
  mono?: boolean
  className?: string
}

/** Several lines of text; grows with them up to a third of the window. */
export const Textarea = ({ mono = false, className, rows = 3, ...rest }: TextareaProps) => (
  <div className={cx(CONTROL, 'flex rounded-md', className)}>
    <Field.Control
      render={<textarea {...rest} rows={rows} />}
      className={cx(
        'field-sizing-content max-h-[33vh] w-full resize-y bg-transparent px-2.5 py-1.5 outline-none',
        mono && 'font-mono text-[0.93em]',
      )}
    />
  </div>
)
