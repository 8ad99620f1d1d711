import { join } from 'node:path'
import type { Settings } from '../config/config.ts'

export type DatabasePlace = { readonly file: string } | { readonly url: string }

/** Where the settings say that the data are. */
export function databasePlace(settings: Pick<Settings, 'dataDir' | 'databaseUrl'>): DatabasePlace {
  return settings.databaseUrl === '' ? { file: join(settings.dataDir, 'fairlead.db') } : { url: settings.databaseUrl }
}

/** For people: the file, or the URL without user and password. */
export function nameOfPlace(place: DatabasePlace): string {
  if ('file' in place) return place.file
  const { host, pathname } = new URL(place.url)
  return `postgres://${host}${pathname}`
}
