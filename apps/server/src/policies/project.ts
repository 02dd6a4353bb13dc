import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { Policy } from './policy.ts'

interface Project {
  type: 'TEAM' | 'PERSONAL'
}

const { get, create, update, remove } = api.projects

/** The permissions that actions on a project need. Nobody without a role in it comes this far. */
export const projectPolicy = {
  read: { needs: get.permission },
  create: { needs: create.permission },
  edit: { needs: update.permission },
  /** Changes the settings that tie the project to other systems and to the connections of the platform. */
  administer: { needs: 'PLATFORM_ADMIN' },
  delete: {
    needs: remove.permission,
    refusal: ({ type }) =>
      type === 'TEAM'
        ? undefined
        : new AppError('VALIDATION', { message: 'a personal project is removed with its user and cannot be deleted' }),
  },
} as const satisfies Policy<Project>

/** Fields of a project that only `administer` may change. */
export const ADMINISTERED_FIELDS = ['externalId', 'globalConnectionExternalIds', 'apiPlan'] as const
