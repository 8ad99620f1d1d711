// A list of what is open, for things that come and go thousands of times a second.
//
// A Set would do, but each time it grows or shrinks it leaves a table behind that points to its successor. Once such a
// table has been promoted, it keeps everything that was ever open alive until the next full collection: measured, half
// of the processor time went into copying it. Nodes of this list point nowhere once they are taken out.

export class ListNode<Owner> {
  readonly owner: Owner
  /** The list's own fields. */
  previous: ListNode<Owner> | null = null
  next: ListNode<Owner> | null = null
  list: IntrusiveList<Owner> | null = null

  constructor(owner: Owner) {
    this.owner = owner
  }
}

export class IntrusiveList<Owner> implements Iterable<Owner> {
  size = 0
  #first: ListNode<Owner> | null = null

  add(node: ListNode<Owner>): void {
    if (node.list !== null) return
    node.list = this
    node.next = this.#first
    if (this.#first !== null) this.#first.previous = node
    this.#first = node
    this.size += 1
  }

  /** False when it was not in this list. */
  remove(node: ListNode<Owner>): boolean {
    if (node.list !== this) return false
    const { previous, next } = node
    if (previous === null) this.#first = next
    else previous.next = next
    if (next !== null) next.previous = previous
    node.previous = null
    node.next = null
    node.list = null
    this.size -= 1
    return true
  }

  /** The node that was reached last may be removed while the list is walked. */
  *nodes(): Generator<ListNode<Owner>, void> {
    let node = this.#first
    while (node !== null) {
      const next: ListNode<Owner> | null = node.next
      yield node
      node = next
    }
  }

  *[Symbol.iterator](): Generator<Owner, void> {
    for (const { owner } of this.nodes()) yield owner
  }
}
