import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { projectKeysQuery } from '../../api/project-keys.ts'
import { useProjectId } from '../../api/session.ts'
import { KeyTable, NewKey } from '../../app/keys.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { Select } from '../../ui/select.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'

const NOUN = 'project-keys'

/** Keys with which programs use the graph API in this project. */
export function ProjectKeys() {
  const { t } = useTranslation('settings')
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
          <Button kind="primary" icon={Plus} onClick={() => setMaking(true)}>
            {t('keys.new')}
          </Button>
        }
      />
      <KeyList projectId={projectId} />
      {isMaking && <NewProjectKey projectId={projectId} onClose={() => setMaking(false)} />}
    </>
  )
}

function KeyList({ projectId }: { projectId: string }) {
  const { t } = useTranslation('settings')
  const keys = useQuery(projectKeysQuery(projectId))
  return (
    <Loaded query={keys} skeleton={<RowsSkeleton />}>
      {(list) =>
        list.length === 0 ? (
          <StateMessage icon={KeyRound} title={t('keys.none')} text={t('keys.noneText')} />
        ) : (
          <KeyTable
            label={t('keys.title')}
            keys={list}
            scope={{
              label: t('keys.scope'),
              of: ({ scopes }) => t(scopes.includes('write') ? 'keys.scopeWrite' : 'keys.scopeRead'),
            }}
            noun={NOUN}
            remove={(id) => client.projectKeys.remove({ params: { id } })}
          />
        )
      }
    </Loaded>
  )
}

function NewProjectKey({ projectId, onClose }: { projectId: string; onClose(): void }) {
  const { t } = useTranslation('settings')
  const [scope, setScope] = useState<'read' | 'write'>('write')
  return (
    <NewKey
      title={t('keys.new')}
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
    />
  )
}
