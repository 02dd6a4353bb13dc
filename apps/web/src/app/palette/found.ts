import type { AnswerOf, Api } from '@piecework/sdk'
import type { TFunction } from 'i18next'
import { Blocks, CirclePlay, Folder, PlugZap, Workflow } from 'lucide-react'
import type { Action } from '../actions.ts'

type Found = AnswerOf<Api['search']['all']>
/** Goes to an address of the app. */
type Go = (href: string) => void

const query = (name: string, value: string): string => `?${new URLSearchParams({ [name]: value })}`

/** Makes actions that lead to the results of a search. */
export function actionsFor(found: Found, t: TFunction<'common'>, go: Go): Action[] {
  const { flows, runs, connections, folders, pieces } = found
  return [
    ...flows.map(({ id, displayName }) => ({
      id: `flow.${id}`,
      label: displayName,
      group: t('found.flow'),
      icon: Workflow,
      run: () => go(`/flows/${id}`),
    })),
    ...runs.map(({ id, flowDisplayName, status }) => ({
      id: `run.${id}`,
      label: `${flowDisplayName ?? id}: ${t(`runStatus.${status}`)}`,
      group: t('found.run'),
      icon: CirclePlay,
      run: () => go(`/runs/${id}`),
    })),
    ...folders.map(({ id, displayName }) => ({
      id: `folder.${id}`,
      label: displayName,
      group: t('found.folder'),
      icon: Folder,
      run: () => go(`/automations${query('folder', id)}`),
    })),
    ...connections.map(({ id, displayName }) => ({
      id: `connection.${id}`,
      label: displayName,
      group: t('found.connection'),
      icon: PlugZap,
      run: () => go(`/connections${query('name', displayName)}`),
    })),
    ...pieces.map(({ name, displayName }) => ({
      id: `piece.${name}`,
      label: displayName,
      group: t('found.piece'),
      icon: Blocks,
      run: () => go(`/pieces${query('piece', name)}`),
    })),
  ]
}
