import { join } from 'node:path'
import type { Question } from './ask.ts'
import { buildPackage, loadPiece, packPackage } from './build.ts'
import { createPieceFolder, createStep } from './create.ts'
import { findPiece, listPieces } from './folder.ts'
import { namesOf } from './names.ts'
import { npm } from './npm.ts'
import { exportProgram, importProgram, type ServerAccess } from './programs.ts'
import { uploadPackage } from './sync.ts'
import { writeTranslationFile } from './translation.ts'

/** The input of a command: each answer comes from its flag, or from a question. */
export interface Input {
  /** The answer to the question of this flag. @throws Error when it is not among the choices. */
  answer(flag: string, question: Question): Promise<string>
  /** The value of the flag; undefined without it. */
  given(flag: string): string | undefined
  /** The words after the command. */
  words: readonly string[]
  /** The folder of pieces, with its sections. */
  root: string
  external: readonly string[]
  dryRun: boolean
}

interface Command {
  usage: string
  summary: string
  /** @returns the output. */
  run(input: Input): Promise<string>
}

const pieceName = async (input: Input): Promise<string> =>
  input.words[0] ?? input.answer('piece', { text: 'Enter the piece folder name' })

/** When --name names no step, it may name the piece. */
const buildAsked = async (input: Input) =>
  buildPackage(await findPiece(input.given('name') ?? (await pieceName(input)), input.root), input)

/** Builds pieces and installs them on a server. @returns a line for each. */
async function install(input: Input, namesOfPieces: () => Promise<readonly string[]>): Promise<string> {
  const names = await namesOfPieces()
  const apiUrl = await input.answer('api-url', { text: 'Enter the API URL', fallback: 'http://localhost:3000/api' })
  const apiKey = await input.answer('api-key', { text: 'Enter the API key', secret: true })
  const lines: string[] = []
  for (const name of names) {
    const built = await buildPackage(await findPiece(name, input.root), input)
    const isNew = await uploadPackage(built, await packPackage(built), { apiUrl, apiKey })
    const { manifest } = built
    lines.push(`${manifest.name}@${manifest.version} ${isNew ? 'is installed' : 'was already installed'}`)
  }
  return lines.join('\n')
}

function creator(what: 'action' | 'trigger') {
  return async (input: Input): Promise<string> => {
    const piece = await pieceName(input)
    const displayName = await input.answer('name', { text: `Enter the ${what} display name` })
    const description = await input.answer('description', { text: `Enter the ${what} description`, fallback: '' })
    const technique = { text: 'Select the trigger technique', choices: ['polling', 'webhook'], fallback: 'polling' }
    const isWebhook = what === 'trigger' && (await input.answer('technique', technique)) === 'webhook'
    const kind = what === 'action' ? what : isWebhook ? 'webhook' : 'polling'
    const made = await createStep({ kind, piece, displayName, description, root: input.root })
    if (made.registered) return made.file
    return `${made.file}\nAdd ${made.identifier} to the ${what}s of the piece in src/index.ts.`
  }
}

async function serverOf(input: Input): Promise<ServerAccess> {
  const apiUrl = await input.answer('api-url', { text: 'Enter the API URL', fallback: 'http://localhost:3000/api' })
  return { apiUrl, apiKey: await input.answer('api-key', { text: 'Enter the API key', secret: true }) }
}

/** The commands, by their words. */
export const COMMANDS: Record<string, Command> = {
  export: {
    usage: '<flow id> [folder] --api-url <https://host/api> [--api-key <key>]',
    summary: 'writes a flow as a program in TypeScript into a folder',
    async run(input) {
      const flowId = input.words[0] ?? (await input.answer('flow', { text: 'Enter the id of the flow' }))
      return exportProgram(flowId, input.words[1] ?? flowId, await serverOf(input))
    },
  },
  import: {
    usage: '[folder] --project <id> --api-url <https://host/api> [--api-key <key>]',
    summary: 'makes a flow of a program in a folder',
    async run(input) {
      const projectId = await input.answer('project', { text: 'Enter the id of the project' })
      return importProgram(input.words[0] ?? '.', projectId, await serverOf(input))
    },
  },
  'pieces create': {
    usage: '[name] [--package-name <name>] [--type custom|community]',
    summary: 'creates the files of a new piece',
    async run(input) {
      const name = input.words[0] ?? (await input.answer('name', { text: 'Enter the piece name' }))
      const fallback = `@piecework/piece-${namesOf(name).kebab}`
      const packageName = await input.answer('package-name', { text: 'Enter the package name', fallback })
      const choices = ['custom', 'community']
      const type = await input.answer('type', { text: 'Select the piece type', choices, fallback: 'custom' })
      return createPieceFolder({ name, packageName, type, root: input.root })
    },
  },
  'actions create': {
    usage: '[piece] [--name <display name>] [--description <text>]',
    summary: 'adds an action to a piece',
    run: creator('action'),
  },
  'triggers create': {
    usage: '[piece] [--name <display name>] [--description <text>] [--technique polling|webhook]',
    summary: 'adds a trigger to a piece',
    run: creator('trigger'),
  },
  'pieces build': {
    usage: '[piece] [--external <package>]...',
    summary: 'compiles a piece into its folder dist, and packs it as a .tgz archive',
    run: async (input) => packPackage(await buildAsked(input)),
  },
  'pieces publish': {
    usage: '[piece] [--external <package>]... [--dry-run]',
    summary: 'builds a piece and publishes it to the npm registry',
    async run(input) {
      const { dist, manifest } = await buildAsked(input)
      await npm(['publish', '--access', 'public', '--ignore-scripts', ...(input.dryRun ? ['--dry-run'] : [])], dist)
      return `${manifest.name}@${manifest.version} ${input.dryRun ? 'can be' : 'is'} published`
    },
  },
  'pieces sync': {
    usage: '[piece]... --api-url <https://host/api> [--api-key <key>]',
    summary: 'builds pieces (all custom ones, unless some are named) and installs them on a server',
    run: (input) =>
      install(input, async () => (input.words.length > 0 ? input.words : listPieces(join(input.root, 'custom')))),
  },
  'pieces publish-to-api': {
    usage: '[piece] --api-url <https://host/api> [--api-key <key>]',
    summary: 'builds one piece and installs it on a server',
    run: (input) => install(input, async () => [await pieceName(input)]),
  },
  'pieces generate-translation-file': {
    usage: '[piece]',
    summary: 'writes src/i18n/translation.json with the texts of a piece',
    async run(input) {
      const piece = await findPiece(await pieceName(input), input.root)
      const { dist } = await buildPackage(piece, input)
      return writeTranslationFile(piece.folder, await loadPiece(dist))
    },
  },
}
