import { create } from 'zustand'
import { readStored, store } from '../../api/storage.ts'

const STORED = 'sidebar'

interface SidebarState {
  isCollapsed: boolean
  /** On a phone, where it is a sheet. */
  isOpen: boolean
}

export const useSidebar = create<SidebarState>(() => ({
  isCollapsed: readStored(STORED) === 'collapsed',
  isOpen: false,
}))

export function toggleSidebar(): void {
  const isCollapsed = !useSidebar.getState().isCollapsed
  store(STORED, isCollapsed ? 'collapsed' : null)
  useSidebar.setState({ isCollapsed })
}

export const openSidebar = (isOpen: boolean): void => useSidebar.setState({ isOpen })
