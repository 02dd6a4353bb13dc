import { Skeleton } from './skeleton.tsx'

const WIDTHS = ['w-56', 'w-40', 'w-64', 'w-48', 'w-52', 'w-36', 'w-60', 'w-44']

/** A table that is being loaded. */
export const RowsSkeleton = () => (
  <div className="overflow-hidden rounded-md border border-line-2 bg-raised">
    <div className="h-9 border-b border-line-1 bg-inset" />
    {WIDTHS.map((width) => (
      <div key={width} className="flex h-10 items-center gap-6 border-b border-line-1 px-4 last:border-b-0">
        <Skeleton className={width} />
        <Skeleton className="w-20" />
        <Skeleton className="w-24" />
      </div>
    ))}
  </div>
)
