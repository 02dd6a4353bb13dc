import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../../api/client.ts'
import { usersQuery } from '../../../api/people.ts'
import type { Platform, PlatformBody } from '../../../api/platform.ts'
import { useSession } from '../../../api/session.ts'
import { useAct } from '../../../app/use-act.ts'
import { Banner } from '../../../ui/banner.tsx'
import { Button } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { confirm } from '../../../ui/confirm.tsx'
import { Field } from '../../../ui/field.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { Textarea } from '../../../ui/textarea.tsx'
import { Part } from './part.tsx'

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()

/** Whether passwords let people in, and which addresses may come in at all. */
export function Rules({ platform }: { platform: Platform }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const act = useAct('platform', 'flags')
  const switchId = useId()
  const email = useSession(({ session }) => session?.email ?? '')
  const { data: users = [] } = useQuery(usersQuery)
  const owner = users.find(({ id }) => id === platform.ownerId)?.email ?? t('single-sign-on.owner')
  const [text, setText] = useState(platform.allowedAuthDomains.join('\n'))
  const [isEnforced, setEnforced] = useState(platform.enforceAllowedAuthDomains)
  const domains = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
  const hasProvider = Object.values(platform.federatedAuthProviders).some((provider) => provider !== null)
  const send = (body: PlatformBody): void =>
    act.mutate({ send: () => client.platforms.update({ params: { id: platform.id }, body }), done: common('saved') })
  const setPasswords = async (emailAuthEnabled: boolean): Promise<void> => {
    const agrees =
      emailAuthEnabled ||
      (await confirm({
        title: t('single-sign-on.noPasswordsTitle'),
        text: t('single-sign-on.noPasswordsText', { owner }),
        confirm: t('single-sign-on.noPasswords'),
        danger: true,
      }))
    if (agrees) send({ emailAuthEnabled })
  }
  const locksOut = isEnforced && !domains.includes(domainOf(email))
  return (
    <Part title={t('single-sign-on.rules')} text={t('single-sign-on.rulesText')}>
      <div className="flex items-start gap-3">
        <div className="pt-0.5">
          <Switch
            id={switchId}
            label={t('single-sign-on.passwords')}
            checked={platform.emailAuthEnabled}
            disabled={act.isPending || (platform.emailAuthEnabled && !hasProvider)}
            onChange={(isOn) => void setPasswords(isOn)}
          />
        </div>
        <div className="min-w-0 text-sm">
          <p className="font-medium">{t('single-sign-on.passwords')}</p>
          <p className="text-ink-2">
            {hasProvider ? t('single-sign-on.passwordsHelp', { owner }) : t('single-sign-on.passwordsFirst')}
          </p>
        </div>
      </div>
      <form
        noValidate
        className="flex max-w-120 flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          send({ allowedAuthDomains: domains, enforceAllowedAuthDomains: isEnforced })
        }}
      >
        <Field label={t('single-sign-on.domains')} help={t('single-sign-on.domainsHelp')}>
          <Textarea
            mono
            placeholder="example.com"
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
        </Field>
        <Checkbox checked={isEnforced} onChange={setEnforced}>
          {t('single-sign-on.enforce')}
        </Checkbox>
        {locksOut && <Banner tone="warning">{t('single-sign-on.locksOut', { email })}</Banner>}
        <div>
          <Button type="submit" busy={act.isPending} disabled={locksOut}>
            {common('save')}
          </Button>
        </div>
      </form>
    </Part>
  )
}
