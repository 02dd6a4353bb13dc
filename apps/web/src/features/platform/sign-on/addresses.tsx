import { useTranslation } from 'react-i18next'
import type { Flags } from '../../../api/flags.ts'
import { CopyInput } from '../../../ui/copy-input.tsx'
import { Field } from '../../../ui/field.tsx'
import { Part } from './part.tsx'

/** The name of every installation at SAML identity providers. */
const ENTITY_ID = 'Activepieces'

/** The addresses that a SAML identity provider asks for: it reads all from the first, or each is typed. */
export function SamlAddresses({ flags }: { flags: Flags }) {
  const { t } = useTranslation('platform')
  return (
    <>
      <Field label={t('single-sign-on.metadata')} help={t('single-sign-on.metadataHelp')}>
        <CopyInput value={flags.samlAcsUrl.replace(/acs$/, 'metadata')} />
      </Field>
      <Field label={t('single-sign-on.acs')}>
        <CopyInput value={flags.samlAcsUrl} />
      </Field>
      <Field label={t('single-sign-on.entityId')} help={t('single-sign-on.entityIdHelp')}>
        <CopyInput value={ENTITY_ID} />
      </Field>
    </>
  )
}

/** The address that every other provider asks for. */
export function RedirectAddress({ flags }: { flags: Flags }) {
  const { t } = useTranslation('platform')
  return (
    <Field label={t('single-sign-on.redirect')}>
      <CopyInput value={flags.redirectUrl} />
    </Field>
  )
}

/** The addresses of this server that people and providers need. */
export function Addresses({ flags, platformId }: { flags: Flags; platformId: string }) {
  const { t } = useTranslation('platform')
  return (
    <Part title={t('single-sign-on.addresses')} text={t('single-sign-on.addressesText')}>
      <div className="flex max-w-160 flex-col gap-3">
        <Field label={t('single-sign-on.signInPage')} help={t('single-sign-on.signInPageHelp')}>
          <CopyInput value={`${location.origin}/sign-in?${new URLSearchParams({ platform: platformId })}`} />
        </Field>
        <RedirectAddress flags={flags} />
        <SamlAddresses flags={flags} />
      </div>
    </Part>
  )
}
