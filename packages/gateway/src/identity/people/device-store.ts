// Browsers and addresses from which somebody has logged in before: an attack from elsewhere must not keep its owner out.
// `store/device-store.ts` keeps them.

export interface DeviceStore {
  /** @param digest of the cookie's text */
  isKnownDevice(personId: string, digest: string, sinceMs: number): Promise<boolean>
  /** @param digest of the address, under the gateway's secret */
  isKnownAddress(personId: string, digest: string, sinceMs: number): Promise<boolean>
  remember(
    personId: string,
    digests: { readonly device: string; readonly address: string },
    atMs: number,
  ): Promise<void>
  forgetAll(personId: string): Promise<void>
  prune(untilMs: number): Promise<void>
}
