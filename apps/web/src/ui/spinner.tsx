import { LoaderCircle } from 'lucide-react'

/** Something goes on; the words next to it say what. */
export const Spinner = ({ size = 16 }: { size?: number }) => (
  <LoaderCircle aria-hidden size={size} strokeWidth={1.8} className="shrink-0 animate-spin" />
)
