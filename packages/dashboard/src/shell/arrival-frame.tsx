import { Link, Outlet } from '@tanstack/react-router'
import { BRAND } from '../app/base.ts'
import { PreferenceMenu } from './menus.tsx'
import { Mark } from './mark.tsx'

export function ArrivalFrame() {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex items-center justify-between px-4 py-3 sm:px-6">
        <Link to="/" className="flex items-center gap-2 rounded-sm font-semibold">
          <Mark className="size-6 text-accent" />
          {BRAND}
        </Link>
        <PreferenceMenu />
      </header>
      <main className="mx-auto flex w-full max-w-md flex-1 flex-col justify-center px-4 pt-4 pb-20">
        <Outlet />
      </main>
    </div>
  )
}
