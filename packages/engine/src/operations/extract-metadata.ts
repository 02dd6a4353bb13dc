import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseJson } from '@piecework/model/parse-json'
import { PieceMetadata, TriggerStrategy } from '@piecework/model/piece/metadata'
import { z } from 'zod'
import { contextVersionOf } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { errorText } from '../errors.ts'
import type { ExtractPieceMetadata, PieceMetadataResult } from '../protocol.ts'

const TYPE = 'EXTRACT_PIECE_METADATA'
const LOCALES = ['nl', 'en', 'de', 'fr', 'es', 'ja', 'zh', 'pt', 'ar', 'zh-TW']
const Translations = z.record(z.string(), z.string())

/** Reads the metadata of a piece. Functions do not survive. */
export async function extractPieceMetadata(
  operation: ExtractPieceMetadata,
  engine: Engine,
): Promise<PieceMetadataResult> {
  try {
    const piece = await engine.pieces.load(operation.piece)
    const version = contextVersionOf(piece)
    const said = piece.metadata()
    const described: unknown = JSON.parse(
      JSON.stringify({
        logoUrl: '',
        description: '',
        ...(version === '0' ? {} : { contextInfo: { version } }),
        ...said,
        actions: completed(Reflect.get(said, 'actions')),
        triggers: completed(Reflect.get(said, 'triggers')),
        name: operation.pieceName,
        version: operation.pieceVersion,
        authors: piece.authors ?? [],
        i18n: 'file' in operation.piece ? await readTranslations(operation.piece.file) : undefined,
      }),
    )
    const metadata = PieceMetadata.safeParse(described)
    if (metadata.success) return { type: TYPE, status: 'OK', metadata: metadata.data }
    return {
      type: TYPE,
      status: 'USER_FAILURE',
      error: `its metadata is not valid: ${z.prettifyError(metadata.error)}`,
    }
  } catch (error) {
    return { type: TYPE, status: 'USER_FAILURE', error: errorText(error) }
  }
}

/** Actions and triggers with what the oldest frameworks left unsaid. */
function completed(steps: unknown): Record<string, object> {
  return Object.fromEntries(
    Object.entries(Object(steps)).map(([name, step]) => {
      const said: object = Object(step)
      const requireAuth = Reflect.get(said, 'requireAuth') ?? true
      return [name, { name, description: '', props: {}, ...testStrategyOf(said), ...said, requireAuth }]
    }),
  )
}

/** How a trigger can be tried, where the framework of its piece did not say: by its test, or by a real event. */
function testStrategyOf(said: object): { testStrategy?: 'SIMULATION' | 'TEST_FUNCTION' } {
  const type = Reflect.get(said, 'type')
  if (!TriggerStrategy.safeParse(type).success) return {}
  const hasTest = typeof Reflect.get(said, 'test') === 'function'
  const hasSample = (Reflect.get(said, 'sampleData') ?? null) !== null
  const isSimulated = !hasTest && (type === 'WEBHOOK' || (type === 'APP_WEBHOOK' && !hasSample))
  return { testStrategy: isSimulated ? 'SIMULATION' : 'TEST_FUNCTION' }
}

/** Translations are next to the module of a published piece; missing and broken ones are left out. */
async function readTranslations(moduleFile: string): Promise<Record<string, Record<string, string>> | undefined> {
  const folder = join(dirname(moduleFile), 'i18n')
  const found: Record<string, Record<string, string>> = {}
  for (const locale of LOCALES) {
    const text = await readFile(join(folder, `${locale}.json`), 'utf8').catch(() => undefined)
    const parsed = text === undefined ? undefined : Translations.safeParse(parseJson(text))
    if (parsed?.success) found[locale] = parsed.data
  }
  return Object.keys(found).length > 0 ? found : undefined
}
