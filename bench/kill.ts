import { killRepeatedly } from '../test/support/kill.ts'

/**
 * `npm run bench kill [kills]`: SIGKILLs of the whole process tree under load, each with an immediate start on the same
 * data folder, then a count of the failures. A start that fails ends the benchmark.
 */
const kills = Number(process.argv[2] ?? 200)
const began = performance.now()
const report = await killRepeatedly(kills, console.log)
const { startsMs } = report
const sorted = startsMs.toSorted((a, b) => a - b)
const seconds = (ms: number | undefined) => `${((ms ?? 0) / 1000).toFixed(1)} s`
console.log(`kills of the whole process tree   ${report.kills}`)
console.log(`starts right after a kill         ${startsMs.length}, all of them ready`)
console.log(
  `from kill to ready                ${seconds(sorted[sorted.length >> 1])} usual, ${seconds(sorted.at(-1))} longest`,
)
console.log(`calls accepted                    ${report.accepted}`)
console.log(`step starts                       ${report.starts}`)
console.log(`accepted calls lost               ${report.lost.length}`)
console.log(`calls that ran twice              ${report.doubled.length}`)
console.log(`finished steps that ran again     ${report.rerun.length}`)
console.log(`steps in flight that ran again    ${report.repeated}`)
console.log(`minutes                           ${((performance.now() - began) / 60_000).toFixed(1)}`)
if (report.lost.length + report.doubled.length + report.rerun.length > 0) {
  console.log(report)
  process.exitCode = 1
}
