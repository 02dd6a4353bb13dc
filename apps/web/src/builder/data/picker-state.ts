import { create } from 'zustand'

/** The field that data is put into. */
export interface Target {
  /** Puts an expression, with its braces, where the caret is. */
  insert(text: string): void
  focus(): void
}

interface PickerState {
  target: Target | null
  isOpen: boolean
  /** Raised each time that somebody goes from the field to the picker. */
  calls: number
}

/** Which field takes the data that is picked. */
export const usePicker = create<PickerState>(() => ({ target: null, isOpen: false, calls: 0 }))

/** A field has the focus: the picker opens next to it. */
export const offerData = (target: Target): void => usePicker.setState({ target, isOpen: true })

/** Takes the focus from the field to the picker. */
export const goToPicker = (): void => usePicker.setState(({ calls }) => ({ isOpen: true, calls: calls + 1 }))

/** Closes the picker. @param target only while it is the picker's */
export function closePicker(target?: Target): void {
  if (target === undefined || usePicker.getState().target === target)
    usePicker.setState({ target: null, isOpen: false })
}

/** The kind of data that a drag of a place carries; its text is the expression with its braces. */
export const DRAGGED = 'text/plain'
