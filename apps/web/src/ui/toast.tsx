import { Toast } from '@base-ui/react/toast'
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { cx } from './cx.ts'
import { FLOAT } from './menu-styles.ts'

const manager = Toast.createToastManager()

interface Notice {
  text: string
  /** More, in a second line. */
  detail?: string | undefined
  kind?: 'success' | 'failed'
  action?: { label: string; run(): void }
}

/** Tells what has just happened. Failures stay until they are closed. @returns closes it. */
export function notify({ text, detail, kind = 'success', action }: Notice): () => void {
  const id = manager.add({
    title: text,
    description: detail,
    type: kind,
    priority: kind === 'failed' ? 'high' : 'low',
    timeout: kind === 'failed' ? 0 : action ? 10_000 : 5000,
    ...(action && {
      actionProps: {
        children: action.label,
        onClick: () => {
          action.run()
          manager.close(id)
        },
      },
    }),
  })
  return () => manager.close(id)
}

function List({ closeLabel }: { closeLabel: string }) {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={cx(
        FLOAT,
        'flex min-h-12 items-center gap-3 py-2 pr-2 pl-3.5 text-sm transition-opacity data-ending-style:opacity-0',
      )}
    >
      {toast.type === 'failed' ? (
        <CircleAlert aria-hidden size={16} className="shrink-0 text-failed-fg" />
      ) : (
        <CircleCheck aria-hidden size={16} className="shrink-0 text-success-fg" />
      )}
      <div className="min-w-0 flex-1">
        <Toast.Title className="break-words" />
        <Toast.Description className="text-xs break-words text-ink-3" />
      </div>
      <Toast.Action className="rounded-sm px-2 py-1 font-medium text-accent-text hover:bg-hover" />
      <Toast.Close
        aria-label={closeLabel}
        className="grid size-7 place-items-center rounded-sm text-ink-3 hover:bg-hover"
      >
        <X aria-hidden size={14} />
      </Toast.Close>
    </Toast.Root>
  ))
}

/**
 * Shows the notices of `notify`; stands once, at the root. They cover neither the buttons at the foot of a sheet (right,
 * on a phone at the bottom) nor the bar of chosen rows (middle).
 */
export const ToastHost = ({ closeLabel }: { closeLabel: string }) => (
  <Toast.Provider toastManager={manager} limit={4}>
    <Toast.Portal>
      <Toast.Viewport className="fixed bottom-4 left-16 z-60 flex w-90 flex-col gap-2 max-sm:inset-x-2 max-sm:top-2 max-sm:bottom-auto max-sm:w-auto">
        <List closeLabel={closeLabel} />
      </Toast.Viewport>
    </Toast.Portal>
  </Toast.Provider>
)
