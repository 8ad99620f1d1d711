// The member `when` of a target: for which requests it is meant.
import { z } from 'zod'
import { parseHours, type TargetCondition } from '../core/target-condition.ts'
import { isTimeZone } from '../limits/calendar.ts'
import type { Report } from './report.ts'
import { text } from './shape-words.ts'

const name = () => text().min(1).max(256)

export const targetConditionSchema = z
  .strictObject({
    tags: z.array(name()).min(1).optional().describe('Any of these in the header X-Fairlead-Tags, between commas.'),
    metadata: z
      .record(name(), text().max(512))
      .optional()
      .describe("All of these in the request's metadata, as texts."),
    groups: z.array(name()).min(1).optional().describe('Any of these groups of accounts.'),
    hours: name().optional().describe('From and before: 22:00-06:30.'),
    time_zone: name().optional().describe('Of hours: Europe/Berlin; UTC when absent.'),
  })
  .describe('The target is only for requests of which all of this holds, and is asked before the others for these.')

type TargetConditionFile = z.infer<typeof targetConditionSchema>

export function checkCondition(file: TargetConditionFile, path: readonly PropertyKey[], report: Report): void {
  const { hours, time_zone: timeZone } = file
  if (timeZone !== undefined && !isTimeZone(timeZone))
    report.problem([...path, 'time_zone'], `"${timeZone}" is not a time zone.`, 'Europe/Berlin and UTC are.')
  if (hours !== undefined && parseHours(hours, 'UTC') === null)
    report.problem([...path, 'hours'], 'must be two times of a day.', 'Like "22:00-06:30".')
}

export function conditionOf(file: TargetConditionFile): TargetCondition {
  const { tags = [], metadata = {}, groups = [], hours, time_zone: timeZone = 'UTC' } = file
  return { tags, metadata, groups, hours: hours === undefined ? null : parseHours(hours, timeZone) }
}
