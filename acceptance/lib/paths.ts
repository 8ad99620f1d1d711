import { fileURLToPath } from 'node:url'

/** The root of the checkout: where `npm start` would run, and where the packages are found. */
export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url))
