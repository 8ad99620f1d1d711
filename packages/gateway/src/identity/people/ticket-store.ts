// Tickets that were used up (`ticket.ts`). `store/ticket-store.ts` keeps them until they would have expired anyway.

export interface TicketStore {
  /** False when it was spent before. */
  spend(digest: string, expiresAtMs: number): Promise<boolean>
  prune(untilMs: number): Promise<void>
}
