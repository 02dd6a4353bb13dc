import type { CardBox } from './layout.ts'

type Direction = 'up' | 'down' | 'left' | 'right'

/** The step that an arrow key leads to: the nearest one in that direction, straight ones first. */
export function neighbour(cards: readonly CardBox[], from: string, direction: Direction): string | undefined {
  const start = cards.find(({ name }) => name === from)
  if (!start) return cards[0]?.name
  const isUpright = direction === 'up' || direction === 'down'
  const sign = direction === 'down' || direction === 'right' ? 1 : -1
  let best: { name: string; cost: number } | undefined
  for (const card of cards) {
    const along = (isUpright ? card.y - start.y : card.x - start.x) * sign
    const aside = Math.abs(isUpright ? card.x - start.x : card.y - start.y)
    if (along <= 0) continue
    // Sideways: another branch. Up and down: what is in the same column, then what is nearest.
    const cost = along + aside * (isUpright ? 1 : 4)
    if (!best || cost < best.cost) best = { name: card.name, cost }
  }
  return best?.name
}
