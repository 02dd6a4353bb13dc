/** Metrics in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */

type Labels = Readonly<Record<string, string>>

export interface Counter {
  add(labels?: Labels, by?: number): void
  text(): string
}

export interface Histogram {
  observe(seconds: number): void
  text(): string
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export function createCounter(name: string, help: string): Counter {
  const values = new Map<string, number>()
  return {
    add(labels = {}, by = 1) {
      const key = labelText(labels)
      values.set(key, (values.get(key) ?? 0) + by)
    },
    text: () =>
      `${head(name, help, 'counter')}${[...values].map(([labels, value]) => `${name}${labels} ${value}\n`).join('')}`,
  }
}

/** @param bounds upper bounds of the buckets in seconds, ascending */
export function createHistogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const counts = bounds.map(() => 0)
  let count = 0
  let sum = 0
  return {
    observe(seconds) {
      count++
      sum += seconds
      const index = bounds.findIndex((bound) => seconds <= bound)
      if (index >= 0) counts[index] = (counts[index] ?? 0) + 1
    },
    text() {
      let cumulative = 0
      const buckets = bounds.map((bound, index) => {
        cumulative += counts[index] ?? 0
        return `${name}_bucket{le="${bound}"} ${cumulative}\n`
      })
      return `${head(name, help, 'histogram')}${buckets.join('')}${name}_bucket{le="+Inf"} ${count}\n${name}_sum ${sum}\n${name}_count ${count}\n`
    },
  }
}

/** A gauge, or a counter that somebody else keeps, as it stands now. */
export function snapshot(
  name: string,
  help: string,
  samples: readonly { labels?: Labels; value: number }[],
  type: 'gauge' | 'counter' = 'gauge',
): string {
  return `${head(name, help, type)}${samples.map(({ labels = {}, value }) => `${name}${labelText(labels)} ${value}\n`).join('')}`
}

const head = (name: string, help: string, type: string): string => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
