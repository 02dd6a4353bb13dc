import type { Permission } from '@piecework/model/permission'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { useAct } from '../../app/use-act.ts'
import { Banner } from '../../ui/banner.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { AREA_NAMES, type Level, levelOf, levelsOf, withLevel } from './role-areas.ts'

/** A role that is looked at; one without an id is new. */
export interface EditedRole {
  id?: string
  name: string
  permissions: readonly Permission[]
  type?: 'DEFAULT' | 'CUSTOM'
  userCount?: number
}

/** Shows what a role may do: an area a line, each with a level. The roles of every platform are only shown. */
export function RoleSheet({ role, onClose }: { role: EditedRole; onClose(): void }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const [name, setName] = useState(role.name)
  const [permissions, setPermissions] = useState(role.permissions)
  const act = useAct('project-roles', 'own-role')
  const isFixed = role.type === 'DEFAULT'
  const save = (): void => {
    const body = { name: name.trim(), permissions: [...permissions] }
    const { id } = role
    act.mutate({
      send: () =>
        id === undefined ? client.projectRoles.create({ body }) : client.projectRoles.update({ params: { id }, body }),
      done: common('saved'),
      onDone: onClose,
    })
  }
  return (
    <FormSheet
      title={role.id === undefined ? t('roles.new') : role.name}
      description={isFixed ? t('roles.fixedText') : t('roles.sheetText')}
      send={isFixed ? undefined : common('save')}
      busy={act.isPending}
      disabled={name.trim() === ''}
      onSend={save}
      onClose={onClose}
    >
      {!isFixed && (
        <Field label={common('name')}>
          <Input autoFocus value={name} maxLength={100} onValueChange={setName} />
        </Field>
      )}
      {!isFixed && (role.userCount ?? 0) > 0 && <Banner>{t('roles.atOnce', { count: role.userCount ?? 0 })}</Banner>}
      <dl className="flex flex-col">
        {AREA_NAMES.map((area) => {
          const level = levelOf(permissions, area)
          return (
            <div key={area} className="flex min-h-12 items-center gap-3 border-b border-line-1 py-1.5 last:border-b-0">
              <dt className="min-w-0 flex-1">
                <span className="block text-sm font-medium">{t(`roles.areas.${area}.name`)}</span>
                <span className="block text-xs text-ink-3">{t(`roles.areas.${area}.help`)}</span>
              </dt>
              <dd className="text-sm text-ink-2">
                {isFixed ? (
                  t(`roles.levels.${wordOf(area, level)}`)
                ) : (
                  <Segmented<Level>
                    label={t(`roles.areas.${area}.name`)}
                    value={level}
                    options={levelsOf(area).map((value) => ({
                      value,
                      label: t(`roles.levels.${wordOf(area, value)}`),
                    }))}
                    onChange={(next) => setPermissions(withLevel(permissions, area, next))}
                  />
                )}
              </dd>
            </div>
          )
        })}
      </dl>
    </FormSheet>
  )
}

/** Publishing is allowed, and not written. */
const wordOf = (area: (typeof AREA_NAMES)[number], level: Level) =>
  area === 'publishing' && level === 'write' ? ('allowed' as const) : level
