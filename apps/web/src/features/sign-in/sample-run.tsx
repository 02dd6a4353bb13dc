import { CircleCheck, CircleDashed, Code, LoaderCircle, type LucideIcon, Repeat, Reply, Webhook } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../ui/cx.ts'

type State = 'done' | 'running' | 'idle'

interface SampleStepProps {
  icon?: LucideIcon
  letter?: string
  name: string
  text: string
  time?: string
  state: State
}

const STATES: Record<State, { icon: LucideIcon; colour: string }> = {
  done: { icon: CircleCheck, colour: 'text-success-fg' },
  running: { icon: LoaderCircle, colour: 'text-running-fg' },
  idle: { icon: CircleDashed, colour: 'text-skipped-fg' },
}

function SampleStep({ icon: Icon, letter, name, text, time, state }: SampleStepProps) {
  const { icon: StateIcon, colour } = STATES[state]
  return (
    <div
      className={cx(
        'flex h-14 w-70 items-center gap-2.5 rounded-md border px-3',
        state === 'idle' ? 'border-dashed border-line-control text-ink-3' : 'border-line-2 bg-raised shadow-card',
      )}
    >
      <span
        className={cx(
          'grid size-8 place-items-center rounded-md font-strong',
          letter ? 'bg-tile-teal text-white' : 'bg-tile-neutral text-tile-ink',
        )}
      >
        {Icon ? <Icon size={18} strokeWidth={1.5} /> : letter}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block font-strong">{name}</span>
        <span className="block truncate text-xs text-ink-3">{text}</span>
      </span>
      <span className="flex flex-col items-end gap-0.5 text-xs text-ink-3 tabular-nums">
        <StateIcon size={16} strokeWidth={1.5} className={colour} />
        {time}
      </span>
    </div>
  )
}

const Edge = ({ taken = true, className = 'h-10' }: { taken?: boolean; className?: string }) => (
  <span className={cx('w-0 border-l-[1.5px]', taken ? 'border-success-solid' : 'border-edge', className)} />
)

/** A run in the middle of its way, as the app shows it. A picture: screen readers pass it by. */
export function SampleRun() {
  const { t } = useTranslation('sign-in')
  return (
    <div
      aria-hidden
      className="flex flex-col items-center justify-center border-l border-line-1 bg-canvas bg-[radial-gradient(circle_at_1px_1px,var(--canvas-dot)_1px,transparent_1.2px)] bg-size-[20px_20px] py-10 max-lg:hidden"
    >
      <SampleStep icon={Webhook} name={t('sample.trigger')} text="POST /order-check" time="4 ms" state="done" />
      <Edge />
      <SampleStep icon={Repeat} name={t('sample.loop')} text={t('sample.loopText')} time="0.6 s" state="running" />
      <Edge className="h-3" />
      <div className="flex flex-col items-center rounded-lg border border-frame-loop-border bg-frame-loop">
        <span className="flex h-8 w-full items-center border-b border-frame-loop-border px-3 text-xs font-medium">
          {t('sample.frame')}
        </span>
        <div className="flex flex-col items-center px-8 pb-10">
          <Edge />
          <SampleStep letter="H" name={t('sample.check')} text="GET stock.example.com" time="184 ms" state="done" />
          <Edge />
          <SampleStep icon={Code} name={t('sample.price')} text="quantity × price" time="0.2 s" state="running" />
        </div>
      </div>
      <Edge taken={false} />
      <SampleStep icon={Reply} name={t('sample.answer')} text={t('sample.answerText')} state="idle" />
      <Edge taken={false} className="h-6" />
      <span className="flex h-6 items-center rounded-full border border-line-2 bg-raised px-2.5 text-xs text-ink-2">
        {t('sample.end')}
      </span>
    </div>
  )
}
