import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chooseTail, chooseWaiting } from './choose-tail.ts'
import { viewItem } from './item-view.ts'

type Item = Readonly<Record<string, unknown>>

const user = (text: string): Item => ({ type: 'message', role: 'user', content: text })
const said = (text: string): Item => ({ type: 'message', role: 'assistant', content: text })
const call = (id: string): Item => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{}' })
const output = (id: string, text = 'ok'): Item => ({ type: 'function_call_output', call_id: id, output: text })
const thought: Item = { type: 'reasoning', summary: [], encrypted_content: 'x'.repeat(80) }

function tailOf(items: readonly Item[], room: number): readonly Item[] {
  const views = items.map((item) => viewItem(JSON.stringify(item)))
  return chooseTail(views, room).map((index) => items[index] ?? {})
}

it('keeps the last turns as far as there is room, and the last thing that the user said in any case', () => {
  const items = [user('one'), said('two'), user('three'), said('four')]
  expect(tailOf(items, 10_000)).toEqual(items)
  expect(tailOf(items, 50)).toEqual(items.slice(2))
  expect(tailOf(items, 0)).toEqual([user('three')])
})

it('keeps what the model has not seen yet, with the calls that it answers', () => {
  const big = output('a', 'x'.repeat(5_000))
  const items = [user('go'), said('well'), thought, call('a'), call('b'), big, output('b')]
  expect(tailOf([...items, said('done'), user('more')], 0)).toEqual([user('more')])
  expect(tailOf(items, 0)).toEqual([user('go'), thought, call('a'), call('b'), big, output('b')])
})

it('a call that waits keeps the reasoning before it, and what was called beside it', () => {
  const items = [user('go'), thought, call('a'), call('b'), output('a'), said('hm'), user('and?'), said('later')]
  expect(tailOf(items, 0)).toEqual([thought, call('a'), call('b'), output('a'), user('and?')])
  const views = items.map((item) => viewItem(JSON.stringify(item)))
  expect(chooseWaiting(views)).toEqual([1, 2, 3, 4])
})

it('never an output without its call, nor reasoning without what follows it', () => {
  const piece = fc.oneof(
    fc.string().map((text) => [user(text)]),
    fc.string().map((text) => [said(text)]),
    fc.string().map((text) => [thought, said(text)]),
    fc.nat().map((id) => [call(`c${id}`), output(`c${id}`)]),
    fc.nat().map((id) => [thought, call(`d${id}`), call(`e${id}`), output(`e${id}`), output(`d${id}`)]),
    fc.nat().map((id) => [thought, call(`w${id}`)]),
  )
  fc.assert(
    fc.property(
      fc.uniqueArray(piece, { selector: (items) => JSON.stringify(items), maxLength: 12 }),
      fc.nat(2_000),
      (pieces, room) => {
        const tail = tailOf(pieces.flat(), room)
        const calls = new Set(tail.filter(({ type }) => type === 'function_call').map((item) => item['call_id']))
        for (const [index, item] of tail.entries()) {
          if (item['type'] === 'function_call_output') expect(calls).toContain(item['call_id'])
          if (item['type'] === 'reasoning') {
            const next = tail[index + 1]
            expect(next?.['type'] === 'function_call' || next?.['role'] === 'assistant').toBe(true)
          }
        }
        for (const item of pieces.flat()) {
          if (String(item['call_id']).startsWith('w')) expect(tail).toContainEqual(item)
        }
      },
    ),
  )
})
