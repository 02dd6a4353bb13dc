import { Link, useNavigate } from '@tanstack/react-router'
import { Ellipsis, ExternalLink, List, Pencil, Power, Share2, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Form, graph } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { number, relativeTime } from '../../app/format.ts'
import { useAct } from '../../app/use-act.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Td, Tr } from '../../ui/table.tsx'
import { FormState } from './form-state.tsx'

interface FormRowProps {
  form: Form
  mayEdit: boolean
  onShare(): void
}

export function FormRow({ form, mayEdit, onShare }: FormRowProps) {
  const { t } = useTranslation('forms')
  const { t: common } = useTranslation()
  const navigate = useNavigate()
  const act = useAct('forms')
  const { forms } = graph(useProjectId())
  const { id, name, status, fields, updated_at: updated, url } = form
  const params = { formId: id }
  const remove = async (): Promise<void> => {
    if (await askToDelete(t('deleteTitle', { name }), t('deleteText'))) act.mutate({ send: () => forms.delete(id) })
  }
  const toggle = (): void =>
    act.mutate({ send: () => forms.update(id, { status: status === 'open' ? 'closed' : 'open' }) })
  const refusal = mayEdit ? undefined : common('error.forbidden')
  return (
    <Tr>
      <Td title={name}>
        <Link to="/project-forms/$formId" params={params} className="rounded-xs font-medium hover:underline">
          {name}
        </Link>
      </Td>
      <Td>
        <FormState status={status} />
      </Td>
      <Td className="text-ink-2 tabular-nums max-sm:hidden">{number(fields.length)}</Td>
      <Td className="text-ink-3 max-md:hidden">{relativeTime(updated)}</Td>
      <Td className="px-2 text-clip">
        <Menu
          trigger={<IconButton size="sm" icon={Ellipsis} label={t('actsOf', { name })} />}
          entries={[
            {
              id: 'submissions',
              label: t('submissions'),
              icon: List,
              run: () => void navigate({ to: '/project-forms/$formId/submissions', params }),
            },
            {
              id: 'edit',
              label: common('edit'),
              icon: Pencil,
              run: () => void navigate({ to: '/project-forms/$formId', params }),
            },
            { id: 'share', label: t('share'), icon: Share2, run: onShare },
            {
              id: 'open',
              label: t('openPage'),
              icon: ExternalLink,
              run: () => void window.open(url, '_blank', 'noopener'),
            },
            { id: 'power', label: status === 'open' ? t('close') : t('reopen'), icon: Power, refusal, run: toggle },
            '-',
            {
              ...{ id: 'delete', label: common('delete'), icon: Trash2, danger: true, refusal },
              run: () => void remove(),
            },
          ]}
        />
      </Td>
    </Tr>
  )
}
