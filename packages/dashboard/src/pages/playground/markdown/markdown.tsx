// The tree of `parse.ts` as elements: every text of a model becomes a text node, whatever it says.
import { createElement, memo, useMemo, type ReactNode } from 'react'
import { CodeBlock } from '../../../ui/copy.tsx'
import { type Block, type Inline, parseMarkdown } from './parse.ts'

export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text])
  return <div className="flex min-w-0 flex-col gap-2.5 break-words">{blocks.map(blockView)}</div>
})

function blockView(block: Block, index: number): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p key={index} className="whitespace-pre-wrap">
          {block.inner.map(inlineView)}
        </p>
      )
    case 'heading':
      // Below the headings of the page itself.
      return createElement(
        `h${Math.min(6, block.level + 2)}`,
        { key: index, className: 'mt-1 font-semibold' },
        block.inner.map(inlineView),
      )
    case 'code':
      return <CodeBlock key={index} title={block.language} code={block.text} />
    case 'quote':
      return (
        <blockquote key={index} className="m-0 flex flex-col gap-2 border-l-2 border-line-strong pl-3 text-soft">
          {block.blocks.map(blockView)}
        </blockquote>
      )
    case 'list': {
      const items = block.items.map((item, place) => (
        <li key={place} className="[&>p]:inline">
          {item.map(blockView)}
        </li>
      ))
      return block.ordered ? (
        <ol key={index} className="m-0 flex list-decimal flex-col gap-1 pl-6">
          {items}
        </ol>
      ) : (
        <ul key={index} className="m-0 flex list-disc flex-col gap-1 pl-5">
          {items}
        </ul>
      )
    }
    case 'table':
      return <TableView key={index} rows={block.rows} />
    case 'rule':
      return <hr key={index} className="border-line" />
  }
}

function TableView({ rows: [head = [], ...rows] }: { readonly rows: readonly (readonly (readonly Inline[])[])[] }) {
  return (
    <div className="overflow-x-auto" tabIndex={0}>
      <table className="border-collapse text-left">
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col" className="border border-line bg-sunken px-2 py-1 font-medium">
                {cell.map(inlineView)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place} className="border border-line px-2 py-1">
                  {cell.map(inlineView)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function inlineView(part: Inline, index: number): ReactNode {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return (
        <code key={index} className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-[0.92em] break-all">
          {part.text}
        </code>
      )
    case 'link':
      return (
        <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow" className="link">
          {part.inner.map(inlineView)}
        </a>
      )
    case 'strong':
      return <strong key={index}>{part.inner.map(inlineView)}</strong>
    case 'emphasis':
      return <em key={index}>{part.inner.map(inlineView)}</em>
    case 'strike':
      return <s key={index}>{part.inner.map(inlineView)}</s>
  }
}
