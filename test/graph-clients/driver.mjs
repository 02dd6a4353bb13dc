import { readFileSync } from 'node:fs'
import { Client } from 'piecework'

// Makes the calls of a table with the client, and prints what each gives.
const { key, baseUrl, cases, timeout = 120, maxRetries = 3 } = JSON.parse(readFileSync(0, 'utf8'))
const client = new Client(key, { baseUrl, timeout, maxRetries })
const saved = {}

const filled = (value) =>
  JSON.parse(JSON.stringify(value).replace(/"\$(\w+)\.(\w+)"/g, (_, name, field) => JSON.stringify(saved[name][field])))

async function result({ call, args = [], options, take }) {
  const [noun, verb] = call.split('.')
  const { idempotency_key: idempotencyKey, ...others } = filled(options ?? {})
  const given = { ...others, ...(idempotencyKey ? { idempotencyKey } : {}) }
  const made = client[noun][verb](...filled(args), ...(options ? [given] : []))
  if (take !== 'all') return take === 'page' ? (await made).data : made
  const items = []
  for await (const item of made) items.push(item)
  return items
}

const results = []
for (const one of cases) {
  try {
    const value = await result(one)
    if (one.save) saved[one.save] = value
    results.push({ value })
  } catch (error) {
    results.push({ error: { name: error.name, code: error.code ?? null, details: error.details ?? null } })
  }
}
process.stdout.write(JSON.stringify(results))
