import ts from 'typescript-js'
import { type TypedCode, withInputs } from './first-parameter.ts'
import type { Answers, StepCode, TypeHint, TypeOption, TypeProblem } from './protocol.ts'

/** The language service of TypeScript over the code of one step at a time; the files that it reads are in memory. */

const CODE = '/code.ts'
/** The code without any type added, which is what is formatted. */
const PLAIN = '/plain.ts'
const INPUTS = '/inputs.d.ts'
const PACKAGES = '/packages.d.ts'
const INPUT_TYPE = 'StepInputs'

/** Longer code is edited without types. */
const LONGEST_CODE = 200_000
const MOST_PROBLEMS = 100
const LONGEST_MESSAGE = 1000

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts', 'lib.decorators.d.ts'],
  types: [],
  strict: true,
  // A step is a short piece of code of its author alone: helpers need no types, and a caught error has a message.
  noImplicitAny: false,
  useUnknownInCatchVariables: false,
  skipLibCheck: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  noEmit: true,
}

const FORMAT: ts.FormatCodeSettings = {
  ...ts.getDefaultFormatCodeSettings('\n'),
  indentSize: 2,
  semicolons: ts.SemicolonPreference.Ignore,
}

/** Keys that no sample had: the next event may have them. */
const UNKNOWN_KEY = new Set([2339, 2551])

/** @param libraries the declarations of the language and of Node.js, by their paths */
export function createTypeService(libraries: Readonly<Record<string, string>>): Answers {
  const files = new Map(Object.entries(libraries).map(([path, text]) => [path, { text, version: 0 }]))
  const write = (path: string, text: string): void => {
    const file = files.get(path)
    if (file?.text !== text) files.set(path, { text, version: (file?.version ?? 0) + 1 })
  }
  const roots = [CODE, INPUTS, PACKAGES, ...Object.keys(libraries).filter((path) => path.startsWith('/node/'))]
  const service = ts.createLanguageService({
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => roots,
    getScriptVersion: (path) => String(files.get(path)?.version ?? 0),
    getScriptSnapshot(path) {
      const file = files.get(path)
      return file && ts.ScriptSnapshot.fromString(file.text)
    },
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '/lib/lib.es2024.d.ts',
    fileExists: (path) => files.has(path),
    readFile: (path) => files.get(path)?.text,
  })

  function open({ code, inputs, packages }: StepCode): TypedCode {
    const typed = withInputs(code, INPUT_TYPE)
    write(CODE, typed.text)
    write(INPUTS, `type ${INPUT_TYPE} = ${inputs}`)
    write(PACKAGES, packages.map(declarationOf).join('\n'))
    return typed
  }

  return {
    problems(step) {
      if (step.code.length > LONGEST_CODE) return []
      const { toAuthor } = open(step)
      const found = [...service.getSyntacticDiagnostics(CODE), ...service.getSemanticDiagnostics(CODE)]
      return found.slice(0, MOST_PROBLEMS).map((each): TypeProblem => {
        const start = each.start ?? 0
        const message = ts.flattenDiagnosticMessageText(each.messageText, '\n').slice(0, LONGEST_MESSAGE)
        const severity = UNKNOWN_KEY.has(each.code) ? 'warning' : 'error'
        return { from: toAuthor(start), to: toAuthor(start + (each.length ?? 0)), severity, message }
      })
    },
    options(step) {
      if (step.code.length > LONGEST_CODE) return []
      const at = open(step).toChecked(step.at)
      const found = service.getCompletionsAtPosition(CODE, at, {})
      return (found?.entries ?? []).map(
        ({ name, kind, sortText }): TypeOption => ({ name, kind: kindOf(kind), rank: sortText }),
      )
    },
    detail(step) {
      const at = open(step).toChecked(step.at)
      const found = service.getCompletionEntryDetails(CODE, at, step.name, undefined, undefined, undefined, undefined)
      return found && textOf(found.displayParts, found.documentation)
    },
    hint(step): TypeHint | undefined {
      if (step.code.length > LONGEST_CODE) return undefined
      const { toChecked, toAuthor } = open(step)
      const found = service.getQuickInfoAtPosition(CODE, toChecked(step.at))
      if (!found) return undefined
      const { start, length } = found.textSpan
      return {
        from: toAuthor(start),
        to: toAuthor(start + length),
        text: textOf(found.displayParts, found.documentation),
      }
    },
    format({ code }) {
      write(PLAIN, code)
      return service
        .getFormattingEditsForDocument(PLAIN, FORMAT)
        .map(({ span, newText }) => ({ from: span.start, to: span.start + span.length, insert: newText }))
    },
  }
}

/** The types of packages are not here: whatever the code takes from one is `any`. */
const declarationOf = (name: string): string =>
  `declare module ${JSON.stringify(name)}\ndeclare module ${JSON.stringify(`${name}/*`)}`

const textOf = (parts: ts.SymbolDisplayPart[] = [], documentation: ts.SymbolDisplayPart[] = []): string =>
  [ts.displayPartsToString(parts), ts.displayPartsToString(documentation)]
    .filter((text) => text !== '')
    .join('\n\n')
    .slice(0, LONGEST_MESSAGE)

/** The kinds for which the list of CodeMirror has a picture, by the words of TypeScript. */
const KINDS: Readonly<Record<string, string>> = {
  method: 'method',
  property: 'property',
  getter: 'property',
  function: 'function',
  'local function': 'function',
  class: 'class',
  interface: 'interface',
  type: 'type',
  module: 'namespace',
  keyword: 'keyword',
  const: 'constant',
}

const kindOf = (kind: string): string => KINDS[kind] ?? 'variable'
