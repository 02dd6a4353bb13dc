import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { useMay } from '../../api/members.ts'
import { projectKeysQuery } from '../../api/project-keys.ts'
import { useProjectId } from '../../api/session.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { relativeTime } from '../../app/format.ts'
import { Once } from '../../app/once.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { CopyInput } from '../../ui/copy-input.tsx'
import { Field } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { Select } from '../../ui/select.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'

const NOUN = 'project-keys'

/** Keys with which programs use the graph API in this project. */
export function ProjectKeys() {
  const { t } = useTranslation('settings')
  const mayUse = useMay('WRITE_PROJECT')
  const projectId = useProjectId()
  const [isMaking, setMaking] = useState(false)
  return (
    <>
      <SectionHead
        title={t('keys.title')}
        text={
          <>
            {t('keys.text')}{' '}
            <a className={TEXT_LINK} href="/v1/docs" target="_blank" rel="noreferrer">
              {t('keys.reference')}
            </a>
          </>
        }
        actions={
          mayUse && (
            <Button kind="primary" icon={Plus} onClick={() => setMaking(true)}>
              {t('keys.new')}
            </Button>
          )
        }
      />
      {mayUse ? (
        <KeyList projectId={projectId} />
      ) : (
        <StateMessage icon={KeyRound} title={t('keys.forbidden')} text={t('members.mayNot')} />
      )}
      {isMaking && <NewKey projectId={projectId} onClose={() => setMaking(false)} />}
    </>
  )
}

function KeyList({ projectId }: { projectId: string }) {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const keys = useQuery(projectKeysQuery(projectId))
  const act = useAct(NOUN)
  const remove = async (id: string, name: string): Promise<void> => {
    const agrees = await askToDelete(t('keys.deleteTitle', { name }), t('keys.deleteText'))
    if (agrees) act.mutate({ send: () => client.projectKeys.remove({ params: { id } }) })
  }
  return (
    <Loaded query={keys} skeleton={<RowsSkeleton />}>
      {(list) =>
        list.length === 0 ? (
          <StateMessage icon={KeyRound} title={t('keys.none')} text={t('keys.noneText')} />
        ) : (
          <Table label={t('keys.title')}>
            <thead>
              <tr>
                <Th>{common('name')}</Th>
                <Th className="w-32">{t('keys.value')}</Th>
                <Th className="w-36 max-sm:hidden">{t('keys.scope')}</Th>
                <Th className="w-32 max-md:hidden">{t('keys.made')}</Th>
                <Th className="w-32 max-md:hidden">{t('keys.used')}</Th>
                <ActsTh className="w-12" />
              </tr>
            </thead>
            <tbody>
              {list.map(({ id, displayName, truncatedValue, scopes, created, lastUsedAt }) => (
                <Tr key={id}>
                  <Td className="font-medium" title={displayName}>
                    {displayName}
                  </Td>
                  <Td className="font-mono text-xs">…{truncatedValue}</Td>
                  <Td className="max-sm:hidden">
                    {t(scopes.includes('write') ? 'keys.scopeWrite' : 'keys.scopeRead')}
                  </Td>
                  <Td className="text-ink-3 max-md:hidden">{relativeTime(created)}</Td>
                  <Td className="text-ink-3 max-md:hidden">
                    {lastUsedAt ? relativeTime(lastUsedAt) : common('never')}
                  </Td>
                  <Td className="px-2">
                    <IconButton
                      size="xs"
                      icon={Trash2}
                      label={t('keys.delete', { name: displayName })}
                      onClick={() => void remove(id, displayName)}
                    />
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )
      }
    </Loaded>
  )
}

/** Makes a key, and shows its value this once. */
function NewKey({ projectId, onClose }: { projectId: string; onClose(): void }) {
  const { t } = useTranslation('settings')
  const [scope, setScope] = useState<'read' | 'write'>('write')
  return (
    <Once
      title={t('keys.new')}
      nameHelp={t('keys.nameHelp')}
      make={t('keys.make')}
      noun={NOUN}
      create={async (displayName) => {
        const scopes = scope === 'write' ? (['read', 'write'] as const) : (['read'] as const)
        return (await client.projectKeys.create({ body: { projectId, displayName, scopes: [...scopes] } })).value
      }}
      more={
        <Field label={t('keys.scope')} help={t('keys.scopeHelp')}>
          <Select<'read' | 'write'>
            value={scope}
            onChange={setScope}
            options={[
              { value: 'write', label: t('keys.scopeWrite') },
              { value: 'read', label: t('keys.scopeRead') },
            ]}
          />
        </Field>
      }
      onClose={onClose}
    >
      {(value) => (
        <Field label={t('keys.value')} help={t('keys.once')}>
          <CopyInput value={value} />
        </Field>
      )}
    </Once>
  )
}
