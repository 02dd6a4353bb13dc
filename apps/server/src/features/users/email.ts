/** An address as it is stored: it is known in any spelling. */
export const normalizeEmail = (email: string): string => email.trim().toLowerCase()
