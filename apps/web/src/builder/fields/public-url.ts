import { useQuery } from '@tanstack/react-query'
import { flagsQuery } from '../../api/flags.ts'

/** The address at which others reach the API of this server: `https://flows.example.com/api`. */
export function usePublicUrl(): string {
  const { data } = useQuery(flagsQuery)
  const prefix = data?.webhookPrefix.replace(/\/v1\/webhooks$/, '')
  return prefix || `${location.origin}/api`
}
