import type { PropertyMetadata } from '@piecework/model/piece/property'
import { useTranslation } from 'react-i18next'

interface WaysProps {
  auths: readonly PropertyMetadata[]
  chosen: number
  pieceName: string
  onChoose(way: number): void
}

const KINDS = ['OAUTH2', 'SECRET_TEXT', 'BASIC_AUTH', 'CUSTOM_AUTH'] as const

/** The ways in which a piece lets people connect, where it has several. */
export function Ways({ auths, chosen, pieceName, onChoose }: WaysProps) {
  const { t } = useTranslation('connect')
  const helpOf = ({ type }: PropertyMetadata): string => {
    const kind = KINDS.find((known) => known === type) ?? 'CUSTOM_AUTH'
    return t(`kind.${kind}`, { piece: pieceName })
  }
  return (
    <fieldset className="grid grid-cols-2 gap-2 max-sm:grid-cols-1">
      <legend className="mb-1.5 text-sm font-medium">{t('way')}</legend>
      {auths.map((auth, index) => (
        <label
          // The ways of a piece never change while they show.
          // biome-ignore lint/suspicious/noArrayIndexKey: two ways may be of one type and name
          key={index}
          className="flex cursor-pointer gap-2.5 rounded-md border border-line-control px-3 py-2.5 text-sm hover:border-line-control-hover has-checked:border-accent has-checked:outline has-checked:outline-accent"
        >
          <input
            type="radio"
            name="way"
            className="mt-0.5 size-4 shrink-0 accent-accent"
            checked={index === chosen}
            onChange={() => onChoose(index)}
          />
          <span className="min-w-0">
            <span className="block font-medium break-words">
              {auth.displayName ?? t(`name_${auth.type === 'OAUTH2' ? 'oauth2' : 'key'}`)}
            </span>
            <span className="block text-xs text-ink-3">{helpOf(auth)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
