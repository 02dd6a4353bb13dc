import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { Project } from '../../api/projects.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { useAct } from '../../app/use-act.ts'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

interface Values {
  displayName: string
  externalId: string
  limit: string
}

/** Makes a team project, or changes the name and the limits of a project. */
export function ProjectSheet({ project, onClose }: { project: Project | null; onClose(): void }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const act = useAct('projects')
  const { register, handleSubmit, formState } = useForm<Values>({
    defaultValues: {
      displayName: project?.displayName ?? '',
      externalId: project?.externalId ?? '',
      limit: project?.maxConcurrentJobs == null ? '' : String(project.maxConcurrentJobs),
    },
  })
  const { errors } = formState
  const save = ({ displayName, externalId, limit }: Values): void => {
    const body = {
      displayName: displayName.trim(),
      externalId: externalId.trim() || null,
      maxConcurrentJobs: limit ? Number(limit) : null,
    }
    act.mutate({
      send: () =>
        project ? client.projects.update({ params: { id: project.id }, body }) : client.projects.create({ body }),
      done: project ? common('saved') : t('projects.created', { name: body.displayName }),
      onDone: onClose,
    })
  }
  return (
    <FormSheet
      title={project?.displayName ?? t('projects.new')}
      description={project ? undefined : t('projects.newText')}
      send={project ? common('save') : t('projects.create')}
      busy={act.isPending}
      onSend={() => void handleSubmit(save)()}
      onClose={onClose}
    >
      <Field label={common('name')} error={errors.displayName?.message}>
        <Input
          autoFocus
          {...register('displayName', {
            required: t('projects.nameMissing'),
            pattern: { value: /^[^./]+$/, message: t('projects.nameInvalid') },
          })}
        />
      </Field>
      <Field label={t('projects.externalId')} help={t('projects.externalIdHelp')}>
        <Input mono {...register('externalId')} />
      </Field>
      <Field label={t('projects.limit')} help={t('projects.limitHelp')} error={errors.limit?.message}>
        <Input
          inputMode="numeric"
          {...register('limit', { pattern: { value: /^([1-9]\d{0,5})?$/, message: t('projects.limitInvalid') } })}
        />
      </Field>
    </FormSheet>
  )
}
