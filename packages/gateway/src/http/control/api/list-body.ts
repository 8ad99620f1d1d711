/** A page as every list answers with it. @param next absent = the id of the last entry */
export function listBody<Item extends { readonly id: string }>(
  data: Item[],
  hasMore: boolean,
): { object: 'list'; data: Item[]; has_more: boolean; next_after?: string } {
  const last = data.at(-1)
  return {
    object: 'list',
    data,
    has_more: hasMore,
    ...(hasMore && last !== undefined ? { next_after: last.id } : {}),
  }
}
