// Requests to Stripe are forms, in which objects are written with brackets: `metadata[order]=ord_1`.

export type FormValue = string | number | boolean | undefined | FormFields | readonly FormFields[]
export interface FormFields {
  readonly [name: string]: FormValue
}

/** What is undefined is left out. */
export function formBody(fields: FormFields): string {
  const form = new URLSearchParams()
  add(form, '', fields)
  return form.toString()
}

function add(form: URLSearchParams, prefix: string, fields: FormFields): void {
  for (const [name, value] of Object.entries(fields)) {
    const key = prefix === '' ? name : `${prefix}[${name}]`
    if (value === undefined) continue
    if (typeof value !== 'object') form.append(key, String(value))
    else if (isList(value)) for (const [index, item] of value.entries()) add(form, `${key}[${index}]`, item)
    else add(form, key, value)
  }
}

function isList(value: FormFields | readonly FormFields[]): value is readonly FormFields[] {
  return Array.isArray(value)
}
