import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../api/client.ts'
import { errorText } from '../api/error-text.ts'
import { flagsQuery } from '../api/flags.ts'
import { type Outcome, projectRolesQuery } from '../api/people.ts'
import { projectsQuery } from '../api/projects.ts'
import { FormActions } from '../app/form-actions.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { Textarea } from '../ui/textarea.tsx'
import { MOST_ADDRESSES, readAddresses } from './addresses.ts'
import { Invited } from './invited.tsx'
import { type PlatformRole, platformRoleOptions, projectRoleOptions } from './roles.ts'

interface InviteSheetProps {
  /** The project that people are invited to; without it, where to is a question of the sheet. */
  projectId?: string
  onClose(): void
}

/** The choice of no project. */
const PLATFORM = 'platform'
const FORM = 'invite'

/** Invites several people alike, and shows what became of it. */
export function InviteSheet({ projectId, onClose }: InviteSheetProps) {
  const { t } = useTranslation('invite')
  const { t: common } = useTranslation()
  const queries = useQueryClient()
  const { data: flags } = useQuery(flagsQuery)
  const { data: roles = [] } = useQuery(projectRolesQuery)
  const { data: projects = [] } = useQuery({ ...projectsQuery, enabled: projectId === undefined })
  const [place, setPlace] = useState(projectId ?? PLATFORM)
  const [platformRole, setPlatformRole] = useState<PlatformRole>('MEMBER')
  const [projectRole, setProjectRole] = useState('Editor')
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const send = useMutation({
    mutationFn: async (emails: string[]): Promise<Outcome[]> => {
      const body =
        place === PLATFORM
          ? { type: 'PLATFORM' as const, platformRole, emails }
          : { type: 'PROJECT' as const, projectId: place, projectRole, emails }
      return (await client.userInvitations.createMany({ body })).data
    },
    onSettled: () =>
      Promise.all(['invitations', 'members', 'users'].map((noun) => queries.invalidateQueries({ queryKey: [noun] }))),
  })
  const invite = (): void => {
    const { valid, invalid } = readAddresses(text)
    const found =
      invalid.length > 0
        ? t('invalid', { addresses: invalid.slice(0, 3).join(', ') })
        : valid.length === 0
          ? t('missing')
          : valid.length > MOST_ADDRESSES
            ? t('tooMany', { count: MOST_ADDRESSES })
            : undefined
    setProblem(found)
    if (found === undefined) send.mutate(valid)
  }
  const again = (): void => {
    setText('')
    send.reset()
  }
  const teams = projects.filter(({ type }) => type === 'TEAM')
  const outcomes = send.data
  return (
    <Dialog
      open
      shape="sheet"
      title={outcomes ? t('invitedTitle') : t('title')}
      description={flags && !outcomes && (flags.sendsMail ? t('byMail') : t('byLink'))}
      onClose={onClose}
      footer={
        outcomes ? (
          <>
            <Button onClick={again}>{t('more')}</Button>
            <Button kind="primary" onClick={onClose}>
              {t('done')}
            </Button>
          </>
        ) : (
          <FormActions form={FORM} send={t('send')} busy={send.isPending} onCancel={onClose} />
        )
      }
    >
      {outcomes ? (
        <Invited outcomes={outcomes} />
      ) : (
        <form
          id={FORM}
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            invite()
          }}
        >
          {send.error && <Banner tone="failed">{errorText(send.error, common)}</Banner>}
          <Field label={t('addresses')} help={t('addressesHelp')} error={problem}>
            <Textarea
              autoFocus
              rows={4}
              value={text}
              placeholder={'ben@example.com\ncyd@example.com'}
              onChange={({ target }) => setText(target.value)}
            />
          </Field>
          {projectId === undefined && (
            <Field label={t('place')} help={teams.length === 0 ? t('noTeams') : undefined}>
              <Select
                value={place}
                options={[
                  { value: PLATFORM, label: t('toPlatform'), help: t('toPlatformHelp') },
                  ...teams.map(({ id, displayName }) => ({ value: id, label: displayName })),
                ]}
                onChange={setPlace}
              />
            </Field>
          )}
          <Field label={t('role')}>
            {place === PLATFORM ? (
              <Select<PlatformRole> value={platformRole} options={platformRoleOptions(t)} onChange={setPlatformRole} />
            ) : (
              <Select value={projectRole} options={projectRoleOptions(roles, t)} onChange={setProjectRole} />
            )}
          </Field>
        </form>
      )}
    </Dialog>
  )
}
