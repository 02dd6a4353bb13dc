import { useBrand } from '../../api/brand.ts'

/** The logo of the platform above its pages, if it has one: whole where there is room, else its icon. */
export function Logo({ isCollapsed }: { isCollapsed: boolean }) {
  const brand = useBrand()
  const { fullLogo, icon, name = '' } = brand ?? {}
  if (isCollapsed)
    return icon ? <img src={icon} alt={name} className="mx-auto mt-1 mb-2 size-6 shrink-0 object-contain" /> : null
  if (fullLogo)
    return (
      <img src={fullLogo} alt={name} className="mx-1.5 mt-1 mb-2 h-7 shrink-0 self-start object-contain max-w-48" />
    )
  if (!icon) return null
  return (
    <div className="mx-1.5 mt-1 mb-2 flex h-7 shrink-0 items-center gap-2">
      <img src={icon} alt="" className="size-6 object-contain" />
      <span className="truncate font-strong">{name}</span>
    </div>
  )
}
