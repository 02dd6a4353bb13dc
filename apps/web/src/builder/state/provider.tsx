import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { Builder } from './builder.ts'
import type { BuilderState } from './screen.ts'

const Context = createContext<Builder | null>(null)

export const BuilderProvider = ({ builder, children }: { builder: Builder; children: ReactNode }) => (
  <Context value={builder}>{children}</Context>
)

/** The editor of the open flow: apply, undo, select, open … */
export function useBuilderStore(): Builder {
  const builder = useContext(Context)
  if (!builder) throw new Error('The builder is not open here')
  return builder
}

/** A part of the state of the open flow. */
export const useBuilder = <T,>(selector: (state: BuilderState) => T): T => useStore(useBuilderStore().store, selector)
