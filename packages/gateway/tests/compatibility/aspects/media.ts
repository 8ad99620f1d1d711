import assert from 'node:assert/strict'
import { partly, type Aspect } from '../matrix.ts'
import { partsOf, wordsOf } from '../received/received.ts'

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC'
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n')

export const MEDIA: readonly Aspect[] = [
  {
    name: 'images',
    meaning: 'The bytes of an image arrive as they were, with their type, beside the words',
    async run(cell) {
      const told = await cell.ask({ text: 'What is this?', image: PIXEL })
      assert.equal(told.text, 'You said: What is this?')
      const received = cell.received()
      assert.deepEqual(partsOf(received, 'media'), [{ kind: 'media', type: 'image/png', data: PIXEL }])
      assert.equal(wordsOf(received, 'user'), 'What is this?')
      return undefined
    },
  },
  {
    name: 'images by address',
    meaning:
      'The address reaches an upstream that takes one; for others the gateway fetches the image, and an address that is not on the internet is a 400 that nobody has followed',
    async run(cell) {
      const { upstream, client, fake } = cell
      const url = 'https://127.0.0.1:9/picture.png'
      const asked = cell.ask({ text: 'What is this?', imageUrl: url })
      // Google's own API takes addresses of its own kind, which only its own clients know.
      if (upstream.takesUrls || (upstream.name === 'gemini' && client.name === 'gemini')) {
        assert.equal((await asked).text, 'You said: What is this?')
        assert.deepEqual(
          partsOf(cell.received(), 'media').map(({ data }) => data),
          [url],
        )
        return undefined
      }
      const error = client.readError(await asked.catch((thrown: unknown) => thrown))
      assert.equal(error.status, 400)
      assert.match(error.message, /not on the internet/)
      assert.equal(fake.ledger.totals.requests, 0)
      return partly('the upstream takes bytes only: the gateway fetches what is on the internet, and refuses the rest')
    },
  },
  {
    name: 'files',
    meaning: 'The same for a PDF',
    async run(cell) {
      const data = PDF.toString('base64')
      const told = await cell.ask({ text: 'Sum it up', file: { name: 'report.v2 (final).pdf', data } })
      assert.equal(told.text, 'You said: Sum it up')
      const received = cell.received()
      assert.deepEqual(partsOf(received, 'media'), [{ kind: 'media', type: 'application/pdf', data }])
      assert.equal(wordsOf(received, 'user'), 'Sum it up')
      return undefined
    },
  },
]
