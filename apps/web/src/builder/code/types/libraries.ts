/** The declarations of the language and of Node.js, by their paths. The build puts them here: see build/type-files.ts. */
export const libraries: Readonly<Record<string, string>> = {}
