import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { apiKeysQuery } from '../../api/administration.ts'
import { client } from '../../api/client.ts'
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
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'

export function ApiKeys() {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const keys = useQuery(apiKeysQuery)
  const act = useAct('api-keys')
  const [isMaking, setMaking] = useState(false)
  const remove = async (id: string, name: string): Promise<void> => {
    const agrees = await askToDelete(t('api-keys.deleteTitle', { name }), t('api-keys.deleteText'))
    if (agrees) act.mutate({ send: () => client.apiKeys.remove({ params: { id } }) })
  }
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
            <Table label={t('api-keys.title')}>
              <thead>
                <tr>
                  <Th>{common('name')}</Th>
                  <Th className="w-32">{t('api-keys.value')}</Th>
                  <Th className="w-32 max-sm:hidden">{t('api-keys.made')}</Th>
                  <Th className="w-32 max-sm:hidden">{t('api-keys.used')}</Th>
                  <ActsTh className="w-12" />
                </tr>
              </thead>
              <tbody>
                {list.map((key) => (
                  <Tr key={key.id}>
                    <Td className="font-medium" title={key.displayName}>
                      {key.displayName}
                    </Td>
                    <Td className="font-mono text-xs">…{key.truncatedValue}</Td>
                    <Td className="text-ink-3 max-sm:hidden">{relativeTime(key.created)}</Td>
                    <Td className="text-ink-3 max-sm:hidden">
                      {key.lastUsedAt ? relativeTime(key.lastUsedAt) : common('never')}
                    </Td>
                    <Td className="px-2">
                      <IconButton
                        size="xs"
                        icon={Trash2}
                        label={t('api-keys.delete', { name: key.displayName })}
                        onClick={() => void remove(key.id, key.displayName)}
                      />
                    </Td>
                  </Tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
      {isMaking && <NewKey onClose={() => setMaking(false)} />}
    </>
  )
}

/** Makes a key, and shows its value this once. */
function NewKey({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('platform')
  return (
    <Once
      title={t('api-keys.new')}
      nameHelp={t('api-keys.nameHelp')}
      make={t('api-keys.make')}
      noun="api-keys"
      create={async (displayName) => (await client.apiKeys.create({ body: { displayName } })).value}
      onClose={onClose}
    >
      {(value) => (
        <Field label={t('api-keys.value')} help={t('api-keys.once')}>
          <CopyInput value={value} />
        </Field>
      )}
    </Once>
  )
}
