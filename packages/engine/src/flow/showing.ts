import { seal, unseal } from '../secrets/seal.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Shower } from '../state/record.ts'

/**
 * What leaves the engine of a run's steps: inputs, outputs and errors without secrets. Later steps see the real
 * values; so that they do after a pause or a crash as well, outputs with secrets are sealed next to what is shown.
 */
export interface Showing extends Shower {
  /** Opens what an earlier stretch of the run sealed; its secrets are looked for from now on. @returns JSON text */
  open(sealed: string): string
}

export function createShowing(secrets: Secrets, sealKey: string): Showing {
  return {
    hide(record) {
      if (record.maskedFor === secrets.version) return
      record.maskedFor = secrets.version
      record.inputText = secrets.maskJson(record.inputText)
      if (record.error !== undefined) record.error = secrets.mask(record.error)
      const { outputText } = record
      if (outputText === undefined) {
        record.shownText = undefined
        record.sealed = undefined
        return
      }
      record.shownText = secrets.maskJson(outputText)
      const isWhole = record.shownText === outputText
      record.sealed = isWhole ? undefined : seal(sealKey, { output: outputText, secrets: secrets.texts() })
    },
    json: (text) => secrets.maskJson(text),
    open(sealed) {
      const content = unseal(sealKey, sealed)
      secrets.addTexts(content.secrets)
      return content.output
    },
  }
}
