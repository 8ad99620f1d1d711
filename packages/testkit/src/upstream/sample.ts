/** A value that fits a JSON Schema well enough: properties, enums, consts, nested objects, type arrays. Gemini's upper-case types too. */
export function sampleOf(schema: unknown, random: () => number): unknown {
  if (typeof schema !== 'object' || schema === null) return {}
  if ('const' in schema) return schema.const
  if ('enum' in schema && Array.isArray(schema.enum)) return schema.enum[0]
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    const choices = Reflect.get(schema, key)
    if (Array.isArray(choices) && choices.length > 0) return sampleOf(choices[0], random)
  }
  const named = 'type' in schema ? (Array.isArray(schema.type) ? schema.type[0] : schema.type) : 'object'
  switch (typeof named === 'string' ? named.toLowerCase() : 'object') {
    case 'string':
      return 'Paris'
    case 'integer':
      return Math.floor(random() * 100)
    case 'number':
      return Math.floor(random() * 1000) / 10
    case 'boolean':
      return random() < 0.5
    case 'array':
      return 'items' in schema ? [sampleOf(schema.items, random)] : []
    case 'null':
      return null
    default: {
      const properties = 'properties' in schema ? schema.properties : undefined
      if (typeof properties !== 'object' || properties === null) return {}
      return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, sampleOf(value, random)]))
    }
  }
}
