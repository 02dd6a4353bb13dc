import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { apiKeysQuery } from '../../api/administration.ts'
import { client } from '../../api/client.ts'
import { KeyTable, NewKey } from '../../app/keys.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { Button } from '../../ui/button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'

const NOUN = 'api-keys'

export function ApiKeys() {
  const { t } = useTranslation('platform')
  const keys = useQuery(apiKeysQuery)
  const [isMaking, setMaking] = useState(false)
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setMaking(true)}>
      {t('api-keys.new')}
    </Button>
  )
  return (
    <>
      <SectionHead title={t('api-keys.title')} text={t('api-keys.text')} actions={add} />
      <Loaded query={keys} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <StateMessage icon={KeyRound} title={t('api-keys.none')} text={t('api-keys.noneText')} />
          ) : (
            <KeyTable
              label={t('api-keys.title')}
              keys={list}
              noun={NOUN}
              remove={(id) => client.apiKeys.remove({ params: { id } })}
            />
          )
        }
      </Loaded>
      {isMaking && (
        <NewKey
          title={t('api-keys.new')}
          noun={NOUN}
          create={async (displayName) => (await client.apiKeys.create({ body: { displayName } })).value}
          onClose={() => setMaking(false)}
        />
      )}
    </>
  )
}
