import { z } from 'zod'

export const propsValidation = {
  /**
   * Checks values against zod schemas.
   * @throws Error whose message is JSON `{errors: {path: message}}`.
   */
  async validateZod<T extends Record<string, unknown>>(
    props: T,
    schema: Partial<Record<keyof T, z.ZodType>>,
  ): Promise<void> {
    const shape: Record<string, z.ZodType> = {}
    for (const [name, type] of Object.entries<z.ZodType | undefined>(schema)) if (type) shape[name] = type
    const result = await z.object(shape).safeParseAsync(props)
    if (result.success) return
    const errors = Object.fromEntries(result.error.issues.map((issue) => [issue.path.join('.'), issue.message]))
    throw new Error(JSON.stringify({ errors }))
  },
}
