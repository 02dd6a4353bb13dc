import type { PropertyMetadata } from '@piecework/model/piece/property'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../api/client.ts'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { Segmented } from '../ui/segmented.tsx'
import type { ServiceApp } from './connect-value.ts'

const MOST = 100

export interface Service {
  app: ServiceApp
  grants: readonly Grant[]
  grant: Grant
  setGrant(grant: Grant): void
  hasPlatformApp: boolean
  usesOwn: boolean
  setUsesOwn(usesOwn: boolean): void
  clientId: string
  setClientId(value: string): void
  clientSecret: string
  setClientSecret(value: string): void
  missing: readonly string[]
}

type Grant = 'authorization_code' | 'client_credentials'

const grantsOf = (auth: PropertyMetadata | undefined): Grant[] => {
  if (auth?.grantType === 'both_client_credentials_and_authorization_code')
    return ['authorization_code', 'client_credentials']
  return auth?.grantType === 'client_credentials' ? ['client_credentials'] : ['authorization_code']
}

/** The app at the service: that of the platform where it has one, or one of the person. */
export function useServiceApp(auth: PropertyMetadata | undefined, pieceName: string): Service {
  const [clientId, setClientId] = useState('')
  const [clientSecret, setClientSecret] = useState('')
  const [wantsOwn, setUsesOwn] = useState(false)
  const grants = grantsOf(auth)
  const [chosen, setGrant] = useState<Grant | undefined>(undefined)
  const { data } = useQuery({
    queryKey: ['oauth-apps', 'all'],
    enabled: auth?.type === 'OAUTH2',
    queryFn: ({ signal }) => client.oauthApps.list({ query: { limit: MOST }, signal }),
  })
  const grant = chosen ?? grants[0] ?? 'authorization_code'
  const known = data?.data.find((app) => app.pieceName === pieceName)
  const isMachine = grant === 'client_credentials'
  const usesOwn = wantsOwn || known === undefined || isMachine
  return {
    app: {
      clientId: usesOwn ? clientId : (known?.clientId ?? ''),
      clientSecret: usesOwn ? clientSecret : '',
      isOfPlatform: !usesOwn,
      isMachine,
    },
    ...{ grants, grant, setGrant, usesOwn, setUsesOwn, clientId, setClientId, clientSecret, setClientSecret },
    hasPlatformApp: known !== undefined && !isMachine,
    missing: usesOwn ? [...(clientId ? [] : ['clientId']), ...(clientSecret ? [] : ['clientSecret'])] : [],
  }
}

interface ServiceAppFieldsProps {
  service: Service
  redirectUrl: string
  missing: readonly string[]
}

/** Which app of the service lets the person in, and how it is set up there. */
export function ServiceAppFields({ service, redirectUrl, missing }: ServiceAppFieldsProps) {
  const { t } = useTranslation('connect')
  const error = (name: string, field: string) => (missing.includes(name) ? t('missing', { field }) : undefined)
  return (
    <>
      {service.grants.length > 1 && (
        <Segmented<Grant>
          label={t('who')}
          value={service.grant}
          options={[
            { value: 'authorization_code', label: t('person') },
            { value: 'client_credentials', label: t('machine') },
          ]}
          onChange={service.setGrant}
        />
      )}
      {service.hasPlatformApp && (
        <Segmented
          label={t('app')}
          value={service.usesOwn ? 'own' : 'platform'}
          options={[
            { value: 'platform', label: t('platformApp') },
            { value: 'own', label: t('ownApp') },
          ]}
          onChange={(next) => service.setUsesOwn(next === 'own')}
        />
      )}
      {service.usesOwn && (
        <>
          {!service.app.isMachine && (
            <Field label={t('redirectUrl')} help={t('redirectHelp')}>
              <Input readOnly mono value={redirectUrl} onFocus={(event) => event.target.select()} />
            </Field>
          )}
          <Field label={t('clientId')} required error={error('clientId', t('clientId'))}>
            <Input autoComplete="off" value={service.clientId} onValueChange={service.setClientId} />
          </Field>
          <Field label={t('clientSecret')} required error={error('clientSecret', t('clientSecret'))}>
            <Input
              type="password"
              autoComplete="new-password"
              value={service.clientSecret}
              onValueChange={service.setClientSecret}
            />
          </Field>
        </>
      )}
    </>
  )
}
