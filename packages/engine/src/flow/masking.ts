import { seal, unseal } from '../secrets/seal.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { RecordMasker } from '../state/record.ts'

/**
 * Masks the data of a run's steps that leaves the engine: inputs, outputs and errors without secrets. Later steps see
 * the real values; for use after a pause or a crash, outputs with secrets are also kept encrypted.
 */
export interface Masking extends RecordMasker {
  /** Decrypts a value that an earlier attempt encrypted; its secrets are masked from now on. @returns JSON text */
  open(sealed: string): string
}

export function createMasking(secrets: Secrets, sealKey: string): Masking {
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
