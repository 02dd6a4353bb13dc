/** The runtime of exported programs: bundled into each of them. */
export { event, program } from './program.ts'
export { serve } from './serve.ts'
export {
  callFlow,
  code,
  connection,
  everyMatch,
  firstMatch,
  flattenNestedKeys,
  loop,
  pause,
  piece,
  returnResponse,
  rounds,
  takes,
  template,
  text,
  value,
} from './steps.ts'
