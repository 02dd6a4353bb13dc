import type { Policy } from './policy.ts'

/** Rules for forms: those of the flows that they start. */
export const formPolicy = {
  read: { needs: 'READ_FLOW' },
  edit: { needs: 'WRITE_FLOW' },
  submit: { needs: 'WRITE_RUN' },
} as const satisfies Policy<object>
