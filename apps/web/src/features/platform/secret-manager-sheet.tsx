import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { projectsQuery } from '../../api/projects.ts'
import type { SecretManager } from '../../api/secret-managers.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { bodyOf, CONFIG_FIELDS, emptyConfig, missingIn, PROVIDERS, type Provider } from './secret-manager-forms.ts'

interface SheetProps {
  /** Without one, a new one is connected. */
  manager: SecretManager | null
  onClose(): void
}

/** Connects a secret manager, or changes it. Its own secrets are typed again each time: nobody can read them back. */
export function SecretManagerSheet({ manager, onClose }: SheetProps) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const [provider, setProvider] = useState<Provider>(manager?.providerId ?? 'hashicorp')
  const [name, setName] = useState(manager?.name ?? '')
  const [projectIds, setProjectIds] = useState(manager?.scope === 'PROJECT' ? manager.projectIds : null)
  const [config, setConfig] = useState(emptyConfig)
  const [wasSent, setSent] = useState(false)
  const queries = useQueryClient()
  const save = useMutation({
    mutationFn: () => {
      const body = bodyOf(provider, { name: name.trim(), projectIds }, config)
      return manager
        ? client.secretManagers.update({ params: { id: manager.id }, body })
        : client.secretManagers.create({ body })
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['secret-managers'] })
      onClose()
    },
  })
  const missing = missingIn(provider, config)
  const lacksProjects = projectIds?.length === 0
  const lacksName = name.trim() === ''
  return (
    <FormSheet
      title={manager ? t('secret-managers.edit', { name: manager.name }) : t('secret-managers.new')}
      send={manager ? common('save') : t('secret-managers.connect')}
      busy={save.isPending}
      error={save.error}
      onSend={() => {
        setSent(true)
        if (missing.length === 0 && !lacksProjects && !lacksName) save.mutate()
      }}
      onClose={onClose}
    >
      {manager && <Banner>{t('secret-managers.again')}</Banner>}
      <Field label={common('name')} error={wasSent && lacksName ? t('secret-managers.missing') : undefined}>
        <Input autoFocus maxLength={255} value={name} onValueChange={setName} />
      </Field>
      <Field label={t('secret-managers.kind')}>
        <Select<Provider>
          value={provider}
          options={PROVIDERS.map((value) => ({ value, label: t(`secret-managers.kinds.${value}`) }))}
          onChange={setProvider}
        />
      </Field>
      {CONFIG_FIELDS[provider].map((field) => (
        <Field
          key={field.name}
          label={t(`secret-managers.fields.${field.name}`)}
          help={field.isOptional ? t('secret-managers.optional') : undefined}
          error={wasSent && missing.includes(field.name) ? t('secret-managers.missing') : undefined}
        >
          <Input
            mono
            autoComplete="off"
            type={field.isSecret ? 'password' : 'text'}
            placeholder={field.example}
            value={config[field.name]}
            onValueChange={(value) => setConfig({ ...config, [field.name]: value })}
          />
        </Field>
      ))}
      <ProjectsChoice
        chosen={projectIds}
        error={wasSent && lacksProjects ? t('secret-managers.projectsMissing') : undefined}
        onChange={setProjectIds}
      />
    </FormSheet>
  )
}

interface ChoiceProps {
  /** Null: every project. */
  chosen: string[] | null
  error: string | undefined
  onChange(chosen: string[] | null): void
}

/** Whose connections may refer to it. */
function ProjectsChoice({ chosen, error, onChange }: ChoiceProps) {
  const { t } = useTranslation('platform')
  const { data: projects = [] } = useQuery(projectsQuery)
  return (
    <>
      <Field label={t('secret-managers.usedBy')} help={t('secret-managers.usedByHelp')} error={error}>
        <Select<SecretManager['scope']>
          value={chosen === null ? 'PLATFORM' : 'PROJECT'}
          options={[
            { value: 'PLATFORM', label: t('secret-managers.allProjects') },
            { value: 'PROJECT', label: t('secret-managers.someProjects') },
          ]}
          onChange={(scope) => onChange(scope === 'PLATFORM' ? null : [])}
        />
      </Field>
      {chosen !== null && (
        <fieldset className="flex max-h-60 flex-col overflow-y-auto rounded-md border border-line-control p-3">
          <legend className="sr-only">{t('secret-managers.someProjects')}</legend>
          {projects.map(({ id, displayName }) => (
            <Checkbox
              key={id}
              checked={chosen.includes(id)}
              onChange={(isOn) => onChange(isOn ? [...chosen, id] : chosen.filter((other) => other !== id))}
            >
              <span className="break-words">{displayName}</span>
            </Checkbox>
          ))}
        </fieldset>
      )}
    </>
  )
}
