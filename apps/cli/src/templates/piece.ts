import type { Names } from '../names.ts'
import { property } from './text.ts'

/** The files of a new piece by path. */
export function pieceFiles(names: Names, packageName: string): Record<string, string> {
  const auth = `${names.camel}Auth`
  return {
    'package.json': json({
      name: packageName,
      version: '0.0.1',
      description: `${names.title} for Piecework`,
      license: 'MIT',
      type: 'module',
      dependencies: {},
    }),
    'tsconfig.json': json({
      compilerOptions: {
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable'],
        module: 'nodenext',
        types: ['node'],
        strict: true,
        noUncheckedIndexedAccess: true,
        erasableSyntaxOnly: true,
        verbatimModuleSyntax: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        noEmit: true,
      },
      include: ['src', 'test'],
    }),
    'src/index.ts': `import { createPiece } from '@piecework/framework'
import { ${auth} } from './lib/auth.ts'

export const ${names.camel} = createPiece({
${property('displayName', names.title)}
${property('description', '')}
  logoUrl: 'https://example.com/logo.svg',
  authors: [],
  auth: ${auth},
  actions: [],
  triggers: [],
})
`,
    'src/lib/auth.ts': `import { PieceAuth } from '@piecework/framework'

export const ${auth} = PieceAuth.None()
`,
  }
}

/** Formatted as usual: short lists stay on one line. */
function json(value: unknown): string {
  const text = JSON.stringify(value, null, 2)
  const lists = text.replace(/\[\n([^[\]{}]*?)\n\s*\]/g, (_whole, items: string) => {
    return `[${items
      .split('\n')
      .map((item) => item.trim())
      .join(' ')}]`
  })
  return `${lists}\n`
}
