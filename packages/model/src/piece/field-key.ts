/** The name of a form field in the output: `Your full name` becomes `yourFullName`. The form page uses it as well. */
export function fieldKey(displayName: string): string {
  return displayName
    .trim()
    .toLowerCase()
    .replaceAll(/\s+(\S)/g, (_, letter: string) => letter.toUpperCase())
    .replaceAll(/['"`\\\s]/g, '')
}
