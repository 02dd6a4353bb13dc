import { z } from 'zod'

/** How often a key may call the graph API. */
export const API_PLANS = {
  free: { minute: 60, day: 1000 },
  starter: { minute: 120, day: 10_000 },
  pro: { minute: 300, day: 50_000 },
  business: { minute: 600, day: 200_000 },
} as const satisfies Record<string, { minute: number; day: number }>

export const ApiPlan = z.enum(['free', 'starter', 'pro', 'business'])
export type ApiPlan = z.infer<typeof ApiPlan>
