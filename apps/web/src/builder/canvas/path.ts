import { RADIUS } from './geometry.ts'

export type Point = readonly [x: number, y: number]

/** A line over points, each straight above or next to the one before, with round corners. */
export function roundedPath(points: readonly Point[]): string {
  const [start, ...rest] = points
  if (!start) return ''
  let path = `M${start[0]} ${start[1]}`
  let before = start
  for (const [index, corner] of rest.entries()) {
    const after = rest[index + 1]
    if (!after) {
      path += `L${corner[0]} ${corner[1]}`
      break
    }
    const radius = Math.min(RADIUS, lengthOf(before, corner) / 2, lengthOf(corner, after) / 2)
    const [x1, y1] = towards(corner, before, radius)
    const [x2, y2] = towards(corner, after, radius)
    path += `L${x1} ${y1}Q${corner[0]} ${corner[1]} ${x2} ${y2}`
    before = corner
  }
  return path
}

const lengthOf = (a: Point, b: Point): number => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1])

const towards = ([x, y]: Point, [toX, toY]: Point, by: number): Point => [
  x + Math.sign(toX - x) * by,
  y + Math.sign(toY - y) * by,
]
