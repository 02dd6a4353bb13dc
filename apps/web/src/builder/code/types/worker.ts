import { libraries } from './libraries.ts'
import type { Question } from './protocol.ts'
import { createTypeService } from './service.ts'

/** Runs in a thread of its own: answers each question at the port that comes with it. */
const service = createTypeService(libraries)

addEventListener('message', ({ data, ports: [port] }: MessageEvent<Question>) => {
  try {
    port?.postMessage(answer(data))
  } catch (error) {
    // A question that cannot be answered says so, and the next one is answered.
    port?.postMessage(undefined)
    console.error(error)
  }
})

function answer({ question, about }: Question) {
  switch (question) {
    case 'problems':
      return service.problems(about)
    case 'options':
      return service.options(about)
    case 'detail':
      return service.detail(about)
    case 'hint':
      return service.hint(about)
    case 'format':
      return service.format(about)
  }
}
