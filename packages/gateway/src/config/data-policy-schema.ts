// What a provider does with the requests that it is sent, as its contract says; and what a pool wants of it.
import { z } from 'zod'

const fields = {
  retention_days: z.int().min(0).max(36_500).optional(),
  training: z.boolean().optional(),
}

/** What is not said is not known. */
export const dataPolicySchema = z
  .strictObject({
    retention_days: fields.retention_days.describe('How long it keeps requests and answers at most; 0 = not at all.'),
    training: fields.training.describe('Whether it trains on them.'),
  })
  .describe('What is done with requests, as the contract says; what is absent is not known.')

/** What is not said is not asked for. */
export const wantedDataPolicySchema = z
  .strictObject({
    retention_days: fields.retention_days.describe('Kept no longer than this; 0 = not at all.'),
    training: z.literal(false).optional().describe('false: not trained on.'),
  })
  .describe('Only models whose providers all say so are picked.')
