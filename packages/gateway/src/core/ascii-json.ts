/** A JSON string of ASCII characters only: it can be put into bytes of any encoding, at one character a byte. */
export function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** As a header's value: printable ASCII, anything else percent-encoded. */
export function headerValue(text: string): string {
  return PRINTABLE.test(text) ? text : encodeURI(text.toWellFormed()).replace(/[^\x20-\x7e]/g, '?')
}

const PRINTABLE = /^[\x20-\x7e]*$/
