import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { apiKeysQuery } from '../../../api/administration.ts'
import { client } from '../../../api/client.ts'
import { relativeTime } from '../../../app/format.ts'
import { GuideLink } from '../../../app/guide-link.tsx'
import { useAct } from '../../../app/use-act.ts'
import { Banner } from '../../../ui/banner.tsx'
import { Button } from '../../../ui/button.tsx'
import { confirm } from '../../../ui/confirm.tsx'
import { CopyInput } from '../../../ui/copy-input.tsx'
import { Field } from '../../../ui/field.tsx'
import { Part } from './part.tsx'

/** The API keys with this name are those of the identity provider. */
const KEY_NAME = 'SCIM'

/** An identity provider needs this to add people and take them away. */
export function Scim({ url }: { url: string }) {
  const { t } = useTranslation('platform')
  const { data: keys } = useQuery(apiKeysQuery)
  const [token, setToken] = useState<string>()
  const act = useAct('api-keys')
  const known = keys?.filter(({ displayName }) => displayName === KEY_NAME) ?? []
  const [newest] = known
  const make = async (): Promise<void> => {
    const agrees =
      known.length === 0 ||
      (await confirm({
        title: t('single-sign-on.replaceTitle'),
        text: t('single-sign-on.replaceText'),
        confirm: t('single-sign-on.replace'),
        danger: true,
      }))
    if (!agrees) return
    act.mutate({
      send: async () => {
        const { value } = await client.apiKeys.create({ body: { displayName: KEY_NAME } })
        setToken(value)
        for (const { id } of known) await client.apiKeys.remove({ params: { id } })
      },
    })
  }
  return (
    <Part title={t('single-sign-on.scim')} text={t('single-sign-on.scimText')}>
      <div className="flex max-w-160 flex-col gap-3">
        <div>
          <GuideLink to="directory" />
        </div>
        <Field label={t('single-sign-on.scimUrl')}>
          <CopyInput value={url} />
        </Field>
        {token !== undefined && (
          <>
            <Banner tone="warning">{t('single-sign-on.tokenOnce')}</Banner>
            <Field label={t('single-sign-on.token')}>
              <CopyInput value={token} />
            </Field>
          </>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button busy={act.isPending} disabled={keys === undefined} onClick={() => void make()}>
            {t(newest ? 'single-sign-on.replace' : 'single-sign-on.makeToken')}
          </Button>
          {newest && (
            <span className="text-sm text-ink-2">
              {newest.lastUsedAt
                ? t('single-sign-on.tokenUsed', { time: relativeTime(newest.lastUsedAt) })
                : t('single-sign-on.tokenUnused')}
            </span>
          )}
        </div>
      </div>
    </Part>
  )
}
