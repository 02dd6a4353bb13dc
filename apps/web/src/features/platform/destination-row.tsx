import { CircleCheck, CircleOff, Ellipsis, KeyRound, List, Pencil, Power, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { EventDestination } from '../../api/event-destinations.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { number } from '../../app/format.ts'
import { useAct } from '../../app/use-act.ts'
import { confirm } from '../../ui/confirm.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Td, Tr } from '../../ui/table.tsx'

interface RowProps {
  destination: EventDestination
  onShow(): void
  onEdit(): void
  onSecret(secret: string): void
}

export function DestinationRow({ destination, onShow, onEdit, onSecret }: RowProps) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const act = useAct('event-destinations')
  const { id, url, kind, events, status, disabledReason } = destination
  const isOn = status === 'ENABLED'
  const Icon = isOn ? CircleCheck : CircleOff
  const remove = async (): Promise<void> => {
    const agrees = await askToDelete(t('events.deleteTitle', { url }), t('events.deleteText'))
    if (agrees) act.mutate({ send: () => client.eventDestinations.remove({ params: { id } }) })
  }
  const replaceSecret = async (): Promise<void> => {
    const agrees = await confirm({
      title: t('events.replaceTitle'),
      text: t('events.replaceText'),
      confirm: t('events.replace'),
      danger: true,
    })
    if (!agrees) return
    act.mutate({
      send: async () => onSecret((await client.eventDestinations.replaceSecret({ params: { id }, body: {} })).secret),
    })
  }
  return (
    <Tr>
      <Td title={url}>
        <button
          type="button"
          className="max-w-full truncate rounded-xs font-mono text-xs hover:underline"
          onClick={onShow}
        >
          {url}
        </button>
        {disabledReason !== null && (
          <span className="block truncate text-xs text-failed-fg" title={disabledReason}>
            {disabledReason}
          </span>
        )}
      </Td>
      <Td className="text-ink-2 max-md:hidden">{t(`events.kinds.${kind}`)}</Td>
      <Td className="text-ink-2 tabular-nums max-sm:hidden">{number(events.length)}</Td>
      <Td className="text-ink-2">
        <span className="flex items-center gap-1.5">
          <Icon aria-hidden size={14} className={isOn ? 'text-success-fg' : 'text-ink-3'} />
          {isOn ? t('events.on') : t('events.off')}
        </span>
      </Td>
      <Td className="px-2 text-clip">
        <Menu
          trigger={<IconButton size="sm" icon={Ellipsis} label={t('events.actsOf', { url })} />}
          entries={[
            { id: 'deliveries', label: t('events.deliveries'), icon: List, run: onShow },
            { id: 'edit', label: common('edit'), icon: Pencil, run: onEdit },
            { id: 'secret', label: t('events.replace'), icon: KeyRound, run: () => void replaceSecret() },
            {
              id: 'power',
              label: isOn ? t('events.switchOff') : t('events.switchOn'),
              icon: Power,
              run: () =>
                act.mutate({
                  send: () =>
                    client.eventDestinations.update({
                      params: { id },
                      body: { status: isOn ? 'DISABLED' : 'ENABLED' },
                    }),
                }),
            },
            '-',
            { id: 'delete', label: common('delete'), icon: Trash2, danger: true, run: () => void remove() },
          ]}
        />
      </Td>
    </Tr>
  )
}
