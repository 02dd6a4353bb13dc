import { z } from 'zod'

/** Whose rights are other ones now, or gone: an API key, a user, everybody in a project, or anybody at all. */
export const AccessChange = z.discriminatedUnion('of', [
  z.object({ of: z.enum(['API_KEY', 'USER', 'PROJECT']), id: z.string() }),
  z.object({ of: z.literal('ANYBODY') }),
])
export type AccessChange = z.infer<typeof AccessChange>
