import { useQuery } from '@tanstack/react-query'
import { LockKeyhole, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { oauthAppsQuery } from '../../api/administration.ts'
import { client } from '../../api/client.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { relativeTime } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { CopyInput } from '../../ui/copy-input.tsx'
import { Field } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'

interface Values {
  pieceName: string
  clientId: string
  clientSecret: string
}

/** The applications with which people of the platform sign in at other services. */
export function OAuthApps() {
  const { t } = useTranslation('platform')
  const apps = useQuery(oauthAppsQuery)
  const act = useAct('oauth-apps')
  const [isAdding, setAdding] = useState(false)
  const remove = async (id: string, name: string): Promise<void> => {
    const agrees = await askToDelete(t('oauth-apps.deleteTitle', { name }), t('oauth-apps.deleteText'))
    if (agrees) act.mutate({ send: () => client.oauthApps.remove({ params: { id } }) })
  }
  return (
    <>
      <SectionHead
        title={t('oauth-apps.title')}
        text={t('oauth-apps.text')}
        actions={
          <Button kind="primary" icon={Plus} onClick={() => setAdding(true)}>
            {t('oauth-apps.new')}
          </Button>
        }
      />
      <Loaded query={apps} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <StateMessage icon={LockKeyhole} title={t('oauth-apps.none')} text={t('oauth-apps.noneText')} />
          ) : (
            <Table label={t('oauth-apps.title')}>
              <thead>
                <tr>
                  <Th>{t('oauth-apps.piece')}</Th>
                  <Th>{t('oauth-apps.clientId')}</Th>
                  <Th className="w-32 max-sm:hidden">{t('oauth-apps.changed')}</Th>
                  <ActsTh className="w-12" />
                </tr>
              </thead>
              <tbody>
                {list.map((app) => (
                  <Tr key={app.id}>
                    <Td className="font-medium">{app.pieceName}</Td>
                    <Td className="font-mono text-xs">{app.clientId}</Td>
                    <Td className="text-ink-3 max-sm:hidden">{relativeTime(app.updated)}</Td>
                    <Td className="px-2">
                      <IconButton
                        size="xs"
                        icon={Trash2}
                        label={t('oauth-apps.delete', { name: app.pieceName })}
                        onClick={() => void remove(app.id, app.pieceName)}
                      />
                    </Td>
                  </Tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
      {isAdding && <AppForm onClose={() => setAdding(false)} />}
    </>
  )
}

function AppForm({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const act = useAct('oauth-apps')
  const { register, handleSubmit, formState } = useForm<Values>({
    defaultValues: { pieceName: '', clientId: '', clientSecret: '' },
  })
  const field = (name: keyof Values) => register(name, { required: t('oauth-apps.missing') })
  const { errors } = formState
  const save = (body: Values): void =>
    act.mutate({ send: () => client.oauthApps.upsert({ body }), done: common('saved'), onDone: onClose })
  return (
    <FormSheet
      title={t('oauth-apps.new')}
      send={common('save')}
      busy={act.isPending}
      onSend={() => void handleSubmit(save)()}
      onClose={onClose}
    >
      <Field label={t('oauth-apps.piece')} help={t('oauth-apps.pieceHelp')} error={errors.pieceName?.message}>
        <Input mono autoFocus {...field('pieceName')} />
      </Field>
      <Field label={t('oauth-apps.clientId')} error={errors.clientId?.message}>
        <Input mono autoComplete="off" {...field('clientId')} />
      </Field>
      <Field label={t('oauth-apps.clientSecret')} error={errors.clientSecret?.message}>
        <Input type="password" autoComplete="off" {...field('clientSecret')} />
      </Field>
      <Field label={t('oauth-apps.redirect')} help={t('oauth-apps.redirectHelp')}>
        <CopyInput value={`${location.origin}/api/redirect`} />
      </Field>
    </FormSheet>
  )
}
