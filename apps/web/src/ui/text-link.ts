/** A link in words. */
export const TEXT_LINK = 'font-medium text-accent-text hover:underline'
