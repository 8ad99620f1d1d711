// Ten thousand of them, at the real cost. The suite runs the same with fewer (wrong-passwords.test.ts).
import { describeWrongPasswords } from './support/describe-wrong-passwords.ts'

describeWrongPasswords(10_000, 300_000)
