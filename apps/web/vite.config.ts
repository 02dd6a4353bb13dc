import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compress } from './build/compress.ts'
import { manifest } from './build/manifest.ts'
import { typeFilesModule } from './build/type-files.ts'

const server = process.env.PIECEWORK_URL ?? 'http://localhost:3000'
/** Everything that the server itself answers; `npm run dev` sends it on. */
const SERVED = ['/api', '/docs', '/forms', '/f/', '/chats', '/human-input-assets', '/redirect']

const VENDOR =
  /node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack\/(?!react-virtual|virtual-core|react-table|table-core)[^/]+|i18next|react-i18next|zustand)\//

/** The entry stays a file of its own: its name tells one build from another. */
const OTHER_THAN_ENTRY = /^(?!.*\/(main\.tsx|index\.html)$)/

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), manifest(), compress()],
  // The client is built only to be published.
  resolve: {
    alias: { piecework: fileURLToPath(new URL('../../packages/sdk-js/src/index.ts', import.meta.url)) },
  },
  worker: { format: 'es', plugins: () => [typeFilesModule()] },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: false,
    reportCompressedSize: false,
    manifest: 'chunks.json',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // Browsers ask for six files at once, and compression gains with size: what pages need together is one file. The
    // libraries change less often than the app. Each of the others takes what its pages need with all that they import,
    // and none of the groups before it: `entry` what the first page of a visitor needs, `frame` what stands around every
    // page of a signed-in person, `start` the pages that most of them open first. The rest is split by itself.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'vendor', test: VENDOR },
            { name: 'app', tags: ['$initial'], test: OTHER_THAN_ENTRY },
            { name: 'entry', test: /\/sign-in-page\.tsx$/ },
            { name: 'frame', test: /\/shell\/shell\.tsx$/ },
            { name: 'start', test: /\/(automations|runs)-page\.tsx$/ },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(SERVED.map((path) => [path, { target: server, changeOrigin: false, ws: true }])),
  },
})
