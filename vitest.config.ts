import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Tests that leave their process as they found it: files share processes, which avoids loading the server or the model
 * again for each of them.
 */
const SHARING = [
  'apps/server/src/features/**/*.test.ts',
  'apps/server/src/http/**/*.test.ts',
  'apps/web/**/*.test.ts',
  'packages/{api,framework,model}/**/*.test.ts',
  'pieces/**/*.test.ts',
]

/** Begins with the long files, those of whole servers and browsers, so that no long one is left at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ project }: TestSpecification): number => Number(project.name === 'rooms')
    return (await super.sort(files)).sort((a, b) => isShort(a) - isShort(b))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    // Real databases and processes start slowly on a loaded machine; this bounds a hang, not correctness.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    // Most tests wait for servers that start: four at once keep two cores busy.
    maxWorkers: 4,
    // Node.js reads TypeScript itself, as it does in the product, and keeps what it compiled (see scripts/test.ts).
    experimental: { viteModuleRunner: false },
    pool: 'forks',
    // isolated-vm crashes processes that start from Node.js's snapshot now and then, as its README says.
    execArgv: ['--no-node-snapshot'],
    projects: [
      { extends: true, test: { name: 'rooms', include: SHARING, isolate: false } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['{packages,apps,test,e2e}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...SHARING],
        },
      },
    ],
  },
})
