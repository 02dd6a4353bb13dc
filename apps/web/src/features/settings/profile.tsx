import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { meQuery } from '../../api/people.ts'
import { chooseLanguage, LANGUAGES, type Language } from '../../app/i18n/index.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { chooseTheme, type Theme, useTheme } from '../../app/theme.ts'
import { useAct } from '../../app/use-act.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

const LANGUAGE_NAMES = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))

export function Profile() {
  const { t } = useTranslation('settings')
  const me = useQuery(meQuery)
  return (
    <>
      <SectionHead title={t('profile.title')} text={t('profile.text')} />
      <Loaded query={me} skeleton={<Skeleton className="h-40 rounded-md" />}>
        {(person) => (
          <div className="flex max-w-120 flex-col gap-5">
            <Picture name={`${person.firstName} ${person.lastName}`} imageUrl={person.imageUrl} />
            <Field label={t('profile.name')}>
              <Input readOnly value={`${person.firstName} ${person.lastName}`} />
            </Field>
            <Field label={t('profile.email')}>
              <Input readOnly value={person.email} />
            </Field>
          </div>
        )}
      </Loaded>
      <Appearance />
    </>
  )
}

function Picture({ name, imageUrl }: { name: string; imageUrl: string | null }) {
  const { t } = useTranslation('settings')
  const act = useAct('users')
  const input = useRef<HTMLInputElement>(null)
  const upload = (file: File | undefined): void => {
    if (!file) return
    const body = new FormData()
    body.append('profilePicture', file)
    act.mutate({ send: () => client.users.updateMe({ body }) })
  }
  return (
    <div className="flex items-center gap-3">
      <Avatar name={name} imageUrl={imageUrl} size="lg" />
      <input
        ref={input}
        type="file"
        aria-label={t('profile.picture')}
        accept="image/png,image/jpeg,image/gif,image/webp"
        className="sr-only"
        tabIndex={-1}
        onChange={({ target }) => upload(target.files?.[0])}
      />
      <Button busy={act.isPending} onClick={() => input.current?.click()}>
        {t('profile.choosePicture')}
      </Button>
      {imageUrl && (
        <Button kind="ghost" onClick={() => act.mutate({ send: () => client.users.removePicture() })}>
          {t('profile.removePicture')}
        </Button>
      )}
    </div>
  )
}

function Appearance() {
  const { t } = useTranslation('settings')
  const { t: common, i18n } = useTranslation()
  const theme = useTheme((state) => state.theme)
  const language = LANGUAGE_NAMES.find(({ value }) => value === i18n.language)?.value ?? 'en'
  const isLanguage = (value: string): value is Language => value in LANGUAGES
  return (
    <div className="flex max-w-120 flex-col gap-5">
      <Field label={common('theme.title')}>
        <Select<Theme>
          value={theme}
          onChange={chooseTheme}
          options={(['light', 'dark', 'system'] as const).map((value) => ({ value, label: common(`theme.${value}`) }))}
        />
      </Field>
      <Field label={t('profile.language')} help={t('profile.languageHelp')}>
        <Select
          value={language}
          options={LANGUAGE_NAMES}
          onChange={(value) => {
            if (isLanguage(value)) void chooseLanguage(value)
          }}
        />
      </Field>
    </div>
  )
}
