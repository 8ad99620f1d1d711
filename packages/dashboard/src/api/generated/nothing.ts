// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.

/** Takes no member. */
export type Nothing = { readonly [Name in string]?: never }
