const MIN_LENGTH = 8
const MAX_LENGTH = 64
/** bcrypt ignores what comes after so many bytes. */
const MAX_BYTES = 72

/** The rules for a new password, in the order in which people read them. Without zod: the sign-up page loads them. */
export const PASSWORD_RULES = [
  { id: 'short', message: `must have at least ${MIN_LENGTH} characters`, fits: ({ length }) => length >= MIN_LENGTH },
  { id: 'long', message: `must have at most ${MAX_LENGTH} characters`, fits: ({ length }) => length <= MAX_LENGTH },
  { id: 'upper', message: 'must have an upper-case letter', fits: (password) => /\p{Lu}/u.test(password) },
  { id: 'lower', message: 'must have a lower-case letter', fits: (password) => /\p{Ll}/u.test(password) },
  { id: 'digit', message: 'must have a digit', fits: (password) => /\p{Nd}/u.test(password) },
  { id: 'special', message: 'must have a special character', fits: (password) => /[^\p{L}\p{N}]/u.test(password) },
  {
    id: 'bytes',
    message: `must have at most ${MAX_BYTES} bytes`,
    fits: (password) => new TextEncoder().encode(password).length <= MAX_BYTES,
  },
] as const satisfies readonly { id: string; message: string; fits(password: string): boolean }[]

export type PasswordRule = (typeof PASSWORD_RULES)[number]['id']

/** The first rule that a new password breaks; undefined when it fits all. */
export const brokenPasswordRule = (password: string): PasswordRule | undefined =>
  PASSWORD_RULES.find(({ fits }) => !fits(password))?.id
