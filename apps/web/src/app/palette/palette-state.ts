import { create } from 'zustand'

export const usePalette = create<{ isOpen: boolean; isSheetOpen: boolean }>(() => ({
  isOpen: false,
  isSheetOpen: false,
}))

export const openPalette = (): void => usePalette.setState({ isOpen: true })
export const closePalette = (): void => usePalette.setState({ isOpen: false })
/** The list of shortcuts. */
export const showShortcuts = (isSheetOpen: boolean): void => usePalette.setState({ isSheetOpen })
