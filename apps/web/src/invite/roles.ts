import type { TFunction } from 'i18next'
import type { ProjectRole } from '../api/people.ts'
import type { Option } from '../ui/select.tsx'

export const PLATFORM_ROLES = ['ADMIN', 'OPERATOR', 'MEMBER'] as const
export type PlatformRole = (typeof PLATFORM_ROLES)[number]

const DEFAULTS = ['Admin', 'Editor', 'Operator', 'Viewer'] as const

/** Roles of the platform, to choose from. */
export const platformRoleOptions = (t: TFunction<'invite'>): Option<PlatformRole>[] =>
  PLATFORM_ROLES.map((value) => ({
    value,
    label: t(`platformRoles.${value}.name`),
    help: t(`platformRoles.${value}.help`),
  }))

/** Roles in a project by name, to choose from. A role of the platform's own says how much it may do. */
export const projectRoleOptions = (roles: readonly ProjectRole[], t: TFunction<'invite'>): Option<string>[] =>
  roles.map(({ name, permissions, type }) => {
    const standard = type === 'DEFAULT' ? DEFAULTS.find((one) => one === name) : undefined
    return {
      value: name,
      label: name,
      help: standard ? t(`projectRoles.${standard}`) : t('ownRole', { count: permissions.length }),
    }
  })
