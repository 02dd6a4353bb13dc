import { useQuery } from '@tanstack/react-query'
import { Copy, Download, Plus, Signature, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { signingKeysQuery } from '../../api/administration.ts'
import { client } from '../../api/client.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { downloadText } from '../../app/download.ts'
import { relativeTime } from '../../app/format.ts'
import { Once } from '../../app/once.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-input.tsx'
import { Field } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Textarea } from '../../ui/textarea.tsx'

/** Makes a key, and gives its private half this once. */
function NewKey({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  return (
    <Once
      title={t('signing-keys.new')}
      nameHelp={t('signing-keys.nameHelp')}
      make={common('keys.make')}
      noun="signing-keys"
      create={async (displayName) => (await client.signingKeys.create({ body: { displayName } })).privateKey}
      onClose={onClose}
    >
      {(privateKey, name) => (
        <>
          <Field label={t('signing-keys.private')} help={t('signing-keys.once')}>
            <Textarea mono readOnly rows={6} value={privateKey} />
          </Field>
          <div className="flex flex-wrap gap-2">
            <Button icon={Download} onClick={() => downloadText(`${name}.pem`, privateKey)}>
              {t('signing-keys.download')}
            </Button>
            <Button icon={Copy} onClick={() => void copyText(privateKey, common('copied'))}>
              {common('copy')}
            </Button>
          </div>
        </>
      )}
    </Once>
  )
}

/** Keys with which other programs let their users in. */
export function SigningKeys() {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const keys = useQuery(signingKeysQuery)
  const act = useAct('signing-keys')
  const [isMaking, setMaking] = useState(false)
  const remove = async (id: string, name: string): Promise<void> => {
    const agrees = await askToDelete(t('signing-keys.deleteTitle', { name }), t('signing-keys.deleteText'))
    if (agrees) act.mutate({ send: () => client.signingKeys.remove({ params: { id } }) })
  }
  return (
    <>
      <SectionHead
        title={t('signing-keys.title')}
        text={t('signing-keys.text')}
        actions={
          <Button kind="primary" icon={Plus} onClick={() => setMaking(true)}>
            {t('signing-keys.new')}
          </Button>
        }
      />
      <Loaded query={keys} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <StateMessage icon={Signature} title={t('signing-keys.none')} text={t('signing-keys.noneText')} />
          ) : (
            <Table label={t('signing-keys.title')}>
              <thead>
                <tr>
                  <Th>{common('name')}</Th>
                  <Th className="max-sm:hidden">{t('signing-keys.id')}</Th>
                  <Th className="w-32 max-sm:hidden">{common('keys.made')}</Th>
                  <ActsTh className="w-20" />
                </tr>
              </thead>
              <tbody>
                {list.map(({ id, displayName, created, publicKey }) => (
                  <Tr key={id}>
                    <Td className="font-medium" title={displayName}>
                      {displayName}
                    </Td>
                    <Td className="font-mono text-xs max-sm:hidden">{id}</Td>
                    <Td className="text-ink-3 max-sm:hidden">{relativeTime(created)}</Td>
                    <Td className="px-2 text-clip">
                      <span className="flex justify-end gap-1">
                        <IconButton
                          size="xs"
                          icon={Copy}
                          label={t('signing-keys.copyPublic', { name: displayName })}
                          onClick={() => void copyText(publicKey, common('copied'))}
                        />
                        <IconButton
                          size="xs"
                          icon={Trash2}
                          label={t('signing-keys.delete', { name: displayName })}
                          onClick={() => void remove(id, displayName)}
                        />
                      </span>
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
