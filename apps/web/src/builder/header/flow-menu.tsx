import { useNavigate } from '@tanstack/react-router'
import {
  CircleQuestionMark,
  Download,
  Ellipsis,
  FileCode,
  History,
  List,
  Play,
  Redo2,
  StickyNote,
  Trash2,
  Undo2,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client, queries } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import { useMay } from '../../api/members.ts'
import { useRefusal } from '../../app/refusal.ts'
import { confirm } from '../../ui/confirm.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { notify } from '../../ui/toast.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { useFlowTest } from './use-flow-test.ts'

/** Everything that can be done with the flow as a whole. */
export function FlowMenu({ onOpen }: { onOpen(what: 'runs' | 'versions' | 'why'): void }) {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const navigate = useNavigate()
  const builder = useBuilderStore()
  const { id } = useBuilder((state) => state.flow)
  const name = useBuilder((state) => state.version.displayName)
  const test = useFlowTest()
  const refusal = useRefusal('WRITE_FLOW')
  const mayReadRuns = useMay('READ_RUN')
  const isReadOnly = useBuilder((state) => state.isReadOnly)
  const locked = refusal ?? (isReadOnly ? t('refusal.readOnly') : undefined)
  const fail = (error: unknown): void => void notify({ text: errorText(error, common), kind: 'failed' })

  const remove = async (): Promise<void> => {
    const texts = { title: t('header.deleteTitle', { name }), text: t('header.deleteText'), danger: true }
    if (!(await confirm({ ...texts, confirm: common('delete'), cancel: common('cancel') }))) return
    try {
      await client.flows.remove({ params: { id } })
      void queries.invalidateQueries({ queryKey: ['flows'], refetchType: 'none' })
      await navigate({ to: '/automations' })
    } catch (error) {
      fail(error)
    }
  }
  const addNote = (): void => {
    const size = { width: 240, height: 120 }
    const request = { id: crypto.randomUUID(), content: '', color: 'yellow' as const, position: { x: 220, y: 0 }, size }
    builder.apply({ type: 'ADD_NOTE', request })
  }
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={t('header.menu')} />}
      entries={[
        // They have no room in the header of a phone.
        ...(hasRoom()
          ? []
          : [
              { id: 'test', label: t('header.test'), icon: Play, refusal, run: () => test.mutate() },
              { id: 'undo', label: t('undo'), icon: Undo2, refusal: locked, run: builder.undo },
              { id: 'redo', label: t('redo'), icon: Redo2, refusal: locked, run: builder.redo },
            ]),
        { id: 'note', label: t('note.add'), icon: StickyNote, refusal: locked, run: addNote },
        ...(mayReadRuns ? [{ id: 'runs', label: t('header.runs'), icon: List, run: () => onOpen('runs') }] : []),
        { id: 'versions', label: t('header.versions'), icon: History, run: () => onOpen('versions') },
        { id: 'why', label: t('why.title'), icon: CircleQuestionMark, run: () => onOpen('why') },
        '-',
        { id: 'export', label: t('header.export'), icon: Download, run: () => void exportFlow(id, name).catch(fail) },
        {
          id: 'export-program',
          label: t('header.exportProgram'),
          icon: FileCode,
          run: () => void exportProgram(id, name).catch(fail),
        },
        '-',
        { id: 'delete', label: t('header.delete'), icon: Trash2, danger: true, refusal, run: () => void remove() },
      ]}
    />
  )
}

const hasRoom = (): boolean => matchMedia('(min-width: 640px)').matches

/** Saves the flow as a file that any server of this kind imports. */
async function exportFlow(id: string, name: string): Promise<void> {
  const template = await client.flows.template({ params: { id } })
  download(new Blob([JSON.stringify(template, null, 2)], { type: 'application/json' }), `${name}.json`)
}

/** Saves the flow as a program in TypeScript. */
async function exportProgram(id: string, name: string): Promise<void> {
  download(await client.flowCode.export({ params: { id }, query: {} }), `${name}.zip`)
}

function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  URL.revokeObjectURL(url)
}
