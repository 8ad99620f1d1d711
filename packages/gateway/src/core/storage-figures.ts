/** How much room the database takes, and what waits in it. */
export interface StorageFigures {
  /** Of the whole database; of a SQLite file without what is not in it yet. */
  readonly bytes: number
  readonly schemaVersion: number
  /** Messages to webhooks and mailboxes. */
  readonly noticesWaiting: number
  /** Background work that is not done. */
  readonly jobsOpen: number
}
