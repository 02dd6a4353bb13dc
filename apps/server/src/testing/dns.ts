import { createSocket } from 'node:dgram'

/** A DNS server with one TXT record, which may take its time. */
export async function startDns() {
  const record = { name: '', value: '', answersAfter: (): Promise<unknown> => Promise.resolve() }
  const socket = createSocket('udp4')
  socket.on('message', async (asked, from) => {
    const end = asked.indexOf(0, 12)
    const labels: string[] = []
    for (let at = 12; at < end; at += (asked[at] ?? 0) + 1)
      labels.push(asked.toString('latin1', at + 1, at + 1 + (asked[at] ?? 0)))
    const question = asked.subarray(12, end + 5)
    const isKnown = labels.join('.').toLowerCase() === record.name
    const header = Buffer.from([
      asked[0] ?? 0,
      asked[1] ?? 0,
      0x81,
      isKnown ? 0x80 : 0x83,
      0,
      1,
      0,
      isKnown ? 1 : 0,
      0,
      0,
      0,
      0,
    ])
    const text = Buffer.from(record.value)
    const answer = Buffer.concat([
      Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 1, 0, text.length + 1, text.length]),
      text,
    ])
    await record.answersAfter()
    socket.send(Buffer.concat([header, question, ...(isKnown ? [answer] : [])]), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { record, address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() }
}
