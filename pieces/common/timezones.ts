import { Property } from '@piecework/framework'

/** IANA zones, UTC first. */
export const TIME_ZONES: readonly string[] = [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'),
]

/** A dropdown of time zones that starts as UTC. */
export function timeZoneProperty(displayName: string) {
  return Property.StaticDropdown<string, true>({
    displayName,
    required: true,
    defaultValue: 'UTC',
    options: { options: TIME_ZONES.map((zone) => ({ label: zone, value: zone })) },
  })
}
