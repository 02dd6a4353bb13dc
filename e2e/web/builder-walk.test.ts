import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { essence, flowOfCode, pictureOf, step, versionAtServer } from './support/builder.ts'
import { play, settled, type Turn, turnBack, WEIGHTS } from './support/walk.ts'

/**
 * Random acts of a person in the builder. `WALK_SECONDS=600 npm run walk` goes on for so long, along other ways each
 * time; `WALK_SEED` repeats those of a failure.
 */
const SECONDS = Number(process.env.WALK_SECONDS ?? 0)
const SEED = Number(process.env.WALK_SEED ?? (SECONDS > 0 ? Date.now() % 2 ** 31 : 11))
/** So many flows with so many acts each take about a minute. */
const FLOWS = 2
const ACTS = 60

/** Tall enough for all that a walk builds. */
const SIZE = { width: 1800, height: 1800 }

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const open = async (id: string) =>
  app.visit(`/flows/${id}`, {
    ...{ person: await app.owner(), viewport: SIZE, permissions: ['clipboard-read', 'clipboard-write'] },
  })

/** The picture for somebody who opens the flow now, and has it from the server alone. */
async function pictureAtServer(id: string): Promise<string> {
  const { page, end } = await open(id)
  await page.getByRole('button', { name: 'Fit the flow' }).waitFor()
  await step(page, 'Trigger').or(page.getByRole('application').getByRole('button').first()).first().waitFor()
  const picture = await pictureOf(page)
  await end()
  return picture
}

async function walk(turns: readonly Turn[]): Promise<void> {
  const id = await flowOfCode(app, 'Walked', ['Check', 'Send'])
  const start = essence(await versionAtServer(app, id))
  const visit = await open(id)
  const { page } = visit
  await step(page, 'Check').waitFor()
  let made = 0
  try {
    for (const turn of turns) {
      await play(page, turn)
      made++
    }
    await settled(page)
    expect(await pictureOf(page)).toBe(await pictureAtServer(id))
    const walked = essence(await versionAtServer(app, id))
    while (await turnBack(page, 'Undo'));
    await settled(page)
    expect(essence(await versionAtServer(app, id))).toEqual(start)
    while (await turnBack(page, 'Redo'));
    await settled(page)
    expect(essence(await versionAtServer(app, id))).toEqual(walked)
    expect(await pictureOf(page)).toBe(await pictureAtServer(id))
  } catch (error) {
    const acts = turns.slice(0, made + 1).map((turn) => JSON.stringify(turn))
    throw new Error(`After ${made} acts of:\n${acts.join('\n')}`, { cause: error })
  }
  await visit.end()
}

const turn = fc.record({
  act: fc.oneof(
    ...(Object.keys(WEIGHTS) as Turn['act'][]).map((act) => ({ weight: WEIGHTS[act], arbitrary: fc.constant(act) })),
  ),
  first: fc.nat({ max: 9999 }),
  second: fc.nat({ max: 9999 }),
  text: fc.nat({ max: 99 }).map(String),
})

it(
  'the flow on the screen is the one at the server, whatever somebody does, and undo takes all of it back',
  async () => {
    const turns = fc.array(turn, { minLength: ACTS, maxLength: ACTS })
    const forever = {
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: SECONDS * 1000,
      markInterruptAsFailure: false,
    }
    await fc.assert(fc.asyncProperty(turns, walk), {
      ...{ seed: SEED, endOnFailure: true },
      ...(SECONDS > 0 ? forever : { numRuns: FLOWS }),
    })
  },
  600_000 + SECONDS * 1000,
)
