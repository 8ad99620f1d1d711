/** US$ as people write it; a comma is a point in half of the world. */
export function isAmount(text: string): boolean {
  return /^\d{1,7}(?:[.,]\d{1,9})?$/.test(text.trim()) && Number(plain(text)) > 0
}

/** As the gateway takes it. */
export function plain(text: string): string {
  return text.trim().replace(',', '.')
}
