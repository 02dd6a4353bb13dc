import { Permission } from '@piecework/model/permission'
import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { personalTokensQuery } from '../../api/personal-tokens.ts'
import { projectsQuery } from '../../api/projects.ts'
import { KeyTable, NewKey } from '../../app/keys.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { Select } from '../../ui/select.tsx'
import { Part } from './part.tsx'

const NOUN = 'personal-tokens'
const ALL = 'all'
const DAYS = ['7', '30', '90', '365'] as const
type Days = (typeof DAYS)[number]

const READING = Permission.options.filter((name) => name.startsWith('READ_'))
const LEVELS = {
  read: READING,
  run: [...READING, 'WRITE_RUN', 'UPDATE_FLOW_STATUS'],
  write: Permission.options,
} as const satisfies Record<string, readonly Permission[]>
type Level = keyof typeof LEVELS

/** The level that a token was made with here, or the one that it comes next to. */
function levelOf(permissions: readonly Permission[]): Level {
  const others = permissions.filter((name) => !name.startsWith('READ_'))
  if (others.length === 0) return 'read'
  return others.every((name) => name === 'WRITE_RUN' || name === 'UPDATE_FLOW_STATUS') ? 'run' : 'write'
}

/** Tokens with which programs act for the person. */
export function PersonalTokens() {
  const { t } = useTranslation('settings')
  const tokens = useQuery(personalTokensQuery)
  const [isMaking, setMaking] = useState(false)
  return (
    <Part
      title={t('tokens.title')}
      text={t('tokens.text')}
      actions={
        <Button icon={Plus} onClick={() => setMaking(true)}>
          {t('tokens.new')}
        </Button>
      }
    >
      <Loaded query={tokens} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <p className="text-sm text-ink-3">{t('tokens.none')}</p>
          ) : (
            <KeyTable
              label={t('tokens.title')}
              keys={list}
              scope={{ label: t('tokens.may'), of: ({ permissions }) => t(`tokens.level.${levelOf(permissions)}`) }}
              noun={NOUN}
              remove={(id) => client.personalTokens.remove({ params: { id } })}
            />
          )
        }
      </Loaded>
      {isMaking && <NewToken onClose={() => setMaking(false)} />}
    </Part>
  )
}

function NewToken({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('settings')
  const { data: projects = [] } = useQuery(projectsQuery)
  const [level, setLevel] = useState<Level>('read')
  const [project, setProject] = useState(ALL)
  const [days, setDays] = useState<Days>('90')
  const levels = (['read', 'run', 'write'] as const).map((value) => ({ value, label: t(`tokens.level.${value}`) }))
  return (
    <NewKey
      title={t('tokens.new')}
      noun={NOUN}
      create={async (displayName) => {
        const body = {
          displayName,
          permissions: [...LEVELS[level]],
          projectIds: project === ALL ? null : [project],
          expiresInDays: Number(days),
        }
        return (await client.personalTokens.create({ body })).value
      }}
      more={
        <>
          <Field label={t('tokens.may')} help={t('tokens.mayHelp')}>
            <Select<Level> value={level} onChange={setLevel} options={levels} />
          </Field>
          <Field label={t('tokens.project')}>
            <Select
              value={project}
              onChange={setProject}
              options={[
                { value: ALL, label: t('tokens.allProjects') },
                ...projects.map(({ id, displayName }) => ({ value: id, label: displayName })),
              ]}
            />
          </Field>
          <Field label={t('tokens.expires')}>
            <Select<Days>
              value={days}
              onChange={setDays}
              options={DAYS.map((value) => ({ value, label: t('tokens.days', { count: Number(value) }) }))}
            />
          </Field>
        </>
      }
      onClose={onClose}
    />
  )
}
