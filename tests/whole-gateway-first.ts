import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that start whole gateways and browsers go first: they mostly wait, and one that is left for the end keeps every other
 * process idle. (Without figures of an earlier run, as in CI, Vitest goes by the size of the file, which says nothing.)
 */
export class WholeGatewayFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isWhole = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/tests/')
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))]
  }
}
