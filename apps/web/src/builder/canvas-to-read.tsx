import { type ComponentProps, useState } from 'react'
import { FlowCanvas } from './canvas/flow-canvas.tsx'

type Shown = Pick<ComponentProps<typeof FlowCanvas>, 'version' | 'changes'>

/** A flow to be looked at: its steps are chosen, and have no settings to open. */
export function CanvasToRead(shown: Shown) {
  const [chosen, setChosen] = useState<readonly string[]>([])
  return (
    <FlowCanvas
      {...shown}
      selection={chosen}
      openStep={null}
      onSelect={setChosen}
      onOpenStep={(name) => setChosen(name === null ? [] : [name])}
    />
  )
}
