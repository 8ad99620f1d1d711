import assert from 'node:assert/strict'
import { ASK_SCHEMA } from '@fairlead/testkit/clients/sdk/index.ts'
import { partly, type Aspect } from '../matrix.ts'
import { at } from '../received/json.ts'

export const OUTPUT: readonly Aspect[] = [
  {
    name: 'JSON schema output',
    meaning: 'The upstream is held to the schema, and the client has JSON that fits it as its text',
    async run(cell) {
      const told = await cell.ask({ text: 'As JSON, please', schema: true })
      const value: unknown = JSON.parse(told.text)
      assert.equal(at(value, 'city'), 'Paris')
      assert.equal(typeof at(value, 'warm'), 'boolean')
      assert.deepEqual(told.calls, [])
      assert.equal(told.stop, cell.client.sdk.stops.end)
      const { schema, forced, tools } = cell.received()
      if (schema !== undefined) {
        checkSchema(schema)
        return undefined
      }
      const tool = tools.find(({ name }) => name === forced)
      checkSchema(tool?.schema)
      return partly('a forced tool stands in for a schema, which this API does not take with this model')
    },
  },
]

function checkSchema(schema: unknown): void {
  assert.deepEqual(Object.keys(Object(at(schema, 'properties'))), Object.keys(ASK_SCHEMA.properties))
  assert.deepEqual(at(schema, 'required'), ASK_SCHEMA.required)
}
