const FIRST_PRIME = 2_654_435_761
const SECOND_PRIME = 1_597_334_677

/** 64 bits of a text: enough to notice a change, and no protection against anybody. */
export function hash(text: string): string {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    a = Math.imul(a ^ letter, FIRST_PRIME)
    b = Math.imul(b ^ letter, SECOND_PRIME)
  }
  return ((a ^ (b >>> 16)) >>> 0).toString(36) + ((b ^ (a >>> 16)) >>> 0).toString(36)
}
