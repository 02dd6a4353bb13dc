import type { Piece } from '@piecework/framework'

export interface BuiltinPiece {
  /** The published version whose contract the piece covers. */
  version: string
  /** Loads the code: heavy pieces cost nothing until a flow uses them. */
  load: () => Promise<Piece>
}

/** The pieces that come with the product, by the package name that flows refer to. */
export const builtinPieces: Record<string, BuiltinPiece> = {
  '@activepieces/piece-approval': {
    version: '0.1.19',
    load: async () => (await import('./approval/index.ts')).approval,
  },
  '@activepieces/piece-connections': {
    version: '0.5.4',
    load: async () => (await import('./connections/index.ts')).connections,
  },
  '@activepieces/piece-crypto': {
    version: '0.0.20',
    load: async () => (await import('./crypto/index.ts')).crypto,
  },
  '@activepieces/piece-csv': {
    version: '0.4.13',
    load: async () => (await import('./csv/index.ts')).csv,
  },
  '@activepieces/piece-data-mapper': {
    version: '0.3.15',
    load: async () => (await import('./data-mapper/index.ts')).dataMapper,
  },
  '@activepieces/piece-data-summarizer': {
    version: '0.0.10',
    load: async () => (await import('./data-summarizer/index.ts')).dataSummarizer,
  },
  '@activepieces/piece-date-helper': {
    version: '0.1.27',
    load: async () => (await import('./date-helper/index.ts')).dateHelper,
  },
  '@activepieces/piece-delay': {
    version: '0.3.27',
    load: async () => (await import('./delay/index.ts')).delay,
  },
  '@activepieces/piece-file-helper': {
    version: '0.1.23',
    load: async () => (await import('./file-helper/index.ts')).fileHelper,
  },
  '@activepieces/piece-flow-helper': {
    version: '0.1.3',
    load: async () => (await import('./flow-helper/index.ts')).flowHelper,
  },
  '@activepieces/piece-forms': {
    version: '0.4.14',
    load: async () => (await import('./forms/index.ts')).forms,
  },
  '@activepieces/piece-graphql': {
    version: '0.0.11',
    load: async () => (await import('./graphql/index.ts')).graphql,
  },
  '@activepieces/piece-http': {
    version: '0.11.9',
    load: async () => (await import('./http/index.ts')).http,
  },
  '@activepieces/piece-image-helper': {
    version: '0.1.12',
    load: async () => (await import('./image-helper/index.ts')).imageHelper,
  },
  '@activepieces/piece-imap': {
    version: '0.4.2',
    load: async () => (await import('./imap/index.ts')).imap,
  },
  '@activepieces/piece-json': {
    version: '0.1.6',
    load: async () => (await import('./json/index.ts')).jsonPiece,
  },
  '@activepieces/piece-manual-trigger': {
    version: '0.0.5',
    load: async () => (await import('./manual-trigger/index.ts')).manualTrigger,
  },
  '@activepieces/piece-math-helper': {
    version: '0.0.21',
    load: async () => (await import('./math-helper/index.ts')).mathHelper,
  },
  '@activepieces/piece-mysql': {
    version: '0.2.7',
    load: async () => (await import('./mysql/index.ts')).mysql,
  },
  '@activepieces/piece-pdf': {
    version: '0.5.3',
    load: async () => (await import('./pdf/index.ts')).pdf,
  },
  '@activepieces/piece-postgres': {
    version: '0.2.1',
    load: async () => (await import('./postgres/index.ts')).postgres,
  },
  '@activepieces/piece-qrcode': {
    version: '0.0.12',
    load: async () => (await import('./qrcode/index.ts')).qrcode,
  },
  '@activepieces/piece-rss': {
    version: '0.4.0',
    load: async () => (await import('./rss/index.ts')).rss,
  },
  '@activepieces/piece-schedule': {
    version: '0.1.17',
    load: async () => (await import('./schedule/index.ts')).schedule,
  },
  '@activepieces/piece-sftp': {
    version: '0.5.0',
    load: async () => (await import('./sftp/index.ts')).sftp,
  },
  '@activepieces/piece-smtp': {
    version: '0.4.1',
    load: async () => (await import('./smtp/index.ts')).smtp,
  },
  '@activepieces/piece-store': {
    version: '0.6.14',
    load: async () => (await import('./store/index.ts')).store,
  },
  '@activepieces/piece-subflows': {
    version: '0.4.12',
    load: async () => (await import('./subflows/index.ts')).subflows,
  },
  '@activepieces/piece-tags': {
    version: '0.0.17',
    load: async () => (await import('./tags/index.ts')).tags,
  },
  '@activepieces/piece-text-helper': {
    version: '0.4.15',
    load: async () => (await import('./text-helper/index.ts')).textHelper,
  },
  '@activepieces/piece-webhook': {
    version: '0.1.33',
    load: async () => (await import('./webhook/index.ts')).webhook,
  },
  '@activepieces/piece-xml': {
    version: '0.1.13',
    load: async () => (await import('./xml/index.ts')).xml,
  },
}
