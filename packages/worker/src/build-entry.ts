import { z } from 'zod'
import { writeEngineBundle } from './bundle-engine.ts'
import { writeProgramBundle } from './bundle-program.ts'
import { compilePiece } from './piece-build.ts'

/** A process that builds one thing and says what came of it. */

const ProgramOptions = z.object({ home: z.string(), pieces: z.array(z.string()) })
const PieceOptions = z.object({ folder: z.string(), outFolder: z.string(), withTranslations: z.boolean() })

async function build(what: string | undefined, options = ''): Promise<object> {
  if (what === 'program') {
    await writeProgramBundle(ProgramOptions.parse(JSON.parse(options)))
    return {}
  }
  if (what === 'piece') return compilePiece(PieceOptions.parse(JSON.parse(options)))
  await writeEngineBundle(options)
  return {}
}

try {
  const [what, options] = process.argv.slice(2)
  process.stdout.write(JSON.stringify(await build(what, options)))
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
