import { useQuery } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { type Project, projectsQuery } from '../../api/projects.ts'
import { useProjectId } from '../../api/session.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { CopyInput } from '../../ui/copy-input.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

interface Values {
  displayName: string
  externalId: string
  maxConcurrentJobs: string
}

export function GeneralSettings() {
  const { t } = useTranslation('settings')
  const projectId = useProjectId()
  const query = useQuery(projectsQuery)
  return (
    <>
      <SectionHead title={t('general.title')} text={t('general.text')} />
      <Loaded query={query} skeleton={<Skeleton className="h-60 rounded-md" />}>
        {(projects) => {
          const project = projects.find(({ id }) => id === projectId)
          return project ? <ProjectForm key={project.updated} project={project} /> : null
        }}
      </Loaded>
    </>
  )
}

function ProjectForm({ project }: { project: Project }) {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const act = useAct('projects')
  const mayEdit = project.abilities?.edit ?? false
  // It ties the project to other systems: for administrators of the platform.
  const mayTie = project.abilities?.administer ?? false
  const { register, handleSubmit, formState } = useForm<Values>({
    defaultValues: {
      displayName: project.displayName,
      externalId: project.externalId ?? '',
      maxConcurrentJobs: project.maxConcurrentJobs === null ? '' : String(project.maxConcurrentJobs),
    },
  })
  const { errors, isDirty } = formState
  const save = (values: Values): void =>
    act.mutate({
      done: common('saved'),
      send: () =>
        client.projects.update({
          params: { id: project.id },
          body: {
            displayName: values.displayName,
            ...(mayTie && { externalId: values.externalId || null }),
            maxConcurrentJobs: values.maxConcurrentJobs ? Number(values.maxConcurrentJobs) : null,
          },
        }),
    })
  return (
    <form noValidate onSubmit={handleSubmit(save)} className="flex max-w-120 flex-col gap-5">
      <Field label={common('name')} required error={errors.displayName?.message}>
        <Input disabled={!mayEdit} {...register('displayName', { required: t('general.nameMissing') })} />
      </Field>
      <Field label={t('general.externalId')} help={t('general.externalIdHelp')}>
        <Input mono disabled={!mayTie} {...register('externalId')} />
      </Field>
      <Field
        label={t('general.concurrent')}
        help={t('general.concurrentHelp')}
        error={errors.maxConcurrentJobs?.message}
      >
        <Input
          inputMode="numeric"
          disabled={!mayEdit}
          {...register('maxConcurrentJobs', {
            pattern: { value: /^([1-9]\d{0,5})?$/, message: t('general.concurrentInvalid') },
          })}
        />
      </Field>
      <Field label={t('general.id')}>
        <CopyInput value={project.id} />
      </Field>
      {mayEdit ? (
        <div>
          <Button kind="primary" type="submit" busy={act.isPending} disabled={!isDirty}>
            {common('save')}
          </Button>
        </div>
      ) : (
        <p className="text-sm text-ink-3">{t('general.notAllowed')}</p>
      )}
    </form>
  )
}
