import { useQuery } from '@tanstack/react-query'
import { CopyPlus, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { type ProjectRole, projectRolesQuery } from '../../api/people.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { number } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { type EditedRole, RoleSheet } from './role-sheet.tsx'

/** Roles that people may have in projects. */
export function Roles() {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const roles = useQuery(projectRolesQuery)
  const act = useAct('project-roles')
  const [edited, setEdited] = useState<EditedRole>()
  const remove = async ({ id, name }: ProjectRole): Promise<void> => {
    const agrees = await askToDelete(t('roles.deleteTitle', { name }), t('roles.deleteText'))
    if (agrees) act.mutate({ send: () => client.projectRoles.remove({ params: { id } }) })
  }
  const copyOf = ({ name, permissions }: ProjectRole): EditedRole => ({
    name: t('roles.copyOf', { name }),
    permissions,
  })
  return (
    <>
      <SectionHead
        title={t('roles.title')}
        text={t('roles.text')}
        actions={
          <Button kind="primary" icon={Plus} onClick={() => setEdited({ name: '', permissions: ['READ_PROJECT'] })}>
            {t('roles.new')}
          </Button>
        }
      />
      <Loaded query={roles} skeleton={<RowsSkeleton />}>
        {(list) => (
          <Table label={t('roles.title')}>
            <thead>
              <tr>
                <Th>{common('name')}</Th>
                <Th className="w-36 max-sm:hidden">{t('roles.kind')}</Th>
                <Th className="w-24">{t('roles.people')}</Th>
                <ActsTh className="w-20" />
              </tr>
            </thead>
            <tbody>
              {list.map((role) => (
                <Tr key={role.id}>
                  <Td title={role.name}>
                    <button
                      type="button"
                      className="max-w-full truncate rounded-xs font-medium hover:underline"
                      onClick={() => setEdited(role)}
                    >
                      {role.name}
                    </button>
                  </Td>
                  <Td className="text-ink-2 max-sm:hidden">
                    {role.type === 'DEFAULT' ? t('roles.standard') : t('roles.own')}
                  </Td>
                  <Td className="text-ink-2 tabular-nums">{number(role.userCount)}</Td>
                  <Td className="px-2 text-clip">
                    <span className="flex justify-end gap-1">
                      <IconButton
                        size="xs"
                        icon={CopyPlus}
                        label={t('roles.copy', { name: role.name })}
                        onClick={() => setEdited(copyOf(role))}
                      />
                      <IconButton
                        size="xs"
                        icon={Trash2}
                        label={
                          role.type === 'DEFAULT'
                            ? t('roles.standardStays', { name: role.name })
                            : role.userCount > 0
                              ? t('roles.inUse', { name: role.name, count: role.userCount })
                              : t('roles.delete', { name: role.name })
                        }
                        disabled={role.type === 'DEFAULT' || role.userCount > 0}
                        onClick={() => void remove(role)}
                      />
                    </span>
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Loaded>
      {edited && <RoleSheet role={edited} onClose={() => setEdited(undefined)} />}
    </>
  )
}
