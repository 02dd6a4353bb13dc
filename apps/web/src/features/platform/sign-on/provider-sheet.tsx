import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../../api/client.ts'
import type { Flags } from '../../../api/flags.ts'
import type { Platform } from '../../../api/platform.ts'
import { FormSheet } from '../../../app/form-sheet.tsx'
import { Banner } from '../../../ui/banner.tsx'
import { Field } from '../../../ui/field.tsx'
import { Input } from '../../../ui/input.tsx'
import { Textarea } from '../../../ui/textarea.tsx'
import { RedirectAddress, SamlAddresses } from './addresses.tsx'
import { knownValues, missingOf, PROVIDER_FIELDS, type ProviderName, providerBody } from './provider-forms.ts'
import { SamlFacts } from './saml-facts.tsx'

interface SheetProps {
  name: ProviderName
  platform: Platform
  flags: Flags
  onClose(): void
}

/** Sets a provider up: what to enter there, then what it gave. */
export function ProviderSheet({ name, platform, flags, onClose }: SheetProps) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const [values, setValues] = useState(() => knownValues(platform, name))
  const [wasSent, setSent] = useState(false)
  const queries = useQueryClient()
  const known = platform.federatedAuthProviders[name]
  const label = t(`single-sign-on.names.${name}`)
  const save = useMutation({
    mutationFn: () =>
      client.platforms.update({
        params: { id: platform.id },
        body: { federatedAuthProviders: providerBody(name, values) },
      }),
    onSuccess: async () => {
      await Promise.all(['platform', 'flags'].map((noun) => queries.invalidateQueries({ queryKey: [noun] })))
      onClose()
    },
  })
  const missing = missingOf(name, values)
  return (
    <FormSheet
      title={known ? t('single-sign-on.edit', { name: label }) : t('single-sign-on.setUpOf', { name: label })}
      send={common('save')}
      busy={save.isPending}
      error={save.error}
      onSend={() => {
        setSent(true)
        if (missing.length === 0) save.mutate()
      }}
      onClose={onClose}
    >
      {known && <Banner>{t('single-sign-on.again')}</Banner>}
      {name === 'saml' && platform.federatedAuthProviders.saml && (
        <SamlFacts saml={platform.federatedAuthProviders.saml} />
      )}
      <h3 className="font-strong">{t('single-sign-on.enterThere')}</h3>
      {name === 'saml' ? <SamlAddresses flags={flags} /> : <RedirectAddress flags={flags} />}
      <h3 className="font-strong">{t('single-sign-on.enterHere')}</h3>
      {PROVIDER_FIELDS[name].map((field) => {
        const set = (value: string): void => setValues({ ...values, [field.name]: value })
        const common = { value: values[field.name], placeholder: field.example, autoComplete: 'off', mono: true }
        return (
          <Field
            key={field.name}
            label={t(`single-sign-on.fields.${field.name}`)}
            help={t(`single-sign-on.help.${field.name}`)}
            error={wasSent && missing.includes(field.name) ? t('single-sign-on.missing') : undefined}
          >
            {field.shape === 'text' ? (
              <Textarea {...common} onChange={({ currentTarget }) => set(currentTarget.value)} />
            ) : (
              <Input {...common} type={field.shape === 'secret' ? 'password' : 'text'} onValueChange={set} />
            )}
          </Field>
        )
      })}
    </FormSheet>
  )
}
