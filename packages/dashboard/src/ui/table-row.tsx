// The row of a table that is a card at phone width; what such tables have in common.
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export interface TableColumn<Row> {
  readonly id: string
  readonly header: string
  readonly cell: (row: Row) => ReactNode
  /** Figures stand at the end, in digits of one width. */
  readonly align?: 'start' | 'end'
  /** On a phone: `title` heads the card, `bare` stands without its name, `hidden` is left out. */
  readonly onPhone?: 'title' | 'bare' | 'hidden'
  readonly className?: string
}

export function headClass(align: 'start' | 'end' | undefined): string {
  return cx(
    'px-3 py-2 text-sm font-medium whitespace-nowrap text-soft first:pl-4 last:pr-4',
    align === 'end' ? 'text-right' : 'text-left',
  )
}

interface TableRowProps<Row> {
  readonly row: Row
  readonly columns: readonly TableColumn<Row>[]
  readonly isFaint: boolean
}

export function TableRow<Row>({ row, columns, isFaint }: TableRowProps<Row>) {
  return (
    <tr
      role="row"
      className={cx(
        'border-b border-line last:border-b-0 sm:hover:bg-hover/50 max-sm:block max-sm:px-4 max-sm:py-3',
        isFaint && 'text-soft',
      )}
    >
      {columns.map((column) => (
        <td
          key={column.id}
          role="cell"
          className={cx(
            'px-3 py-2 align-middle first:pl-4 last:pr-4',
            column.align === 'end' && 'tabular sm:text-right',
            column.onPhone === 'hidden' && 'max-sm:hidden',
            'max-sm:flex max-sm:items-baseline max-sm:justify-between max-sm:gap-4 max-sm:px-0 max-sm:py-1 max-sm:first:pl-0 max-sm:last:pr-0',
            column.className,
          )}
        >
          {column.onPhone === undefined && column.header !== '' && (
            <span aria-hidden className="shrink-0 text-sm text-soft sm:hidden">
              {column.header}
            </span>
          )}
          <span
            className={cx(
              'min-w-0',
              column.onPhone === undefined ? 'max-sm:text-right' : 'max-sm:flex-1',
              column.onPhone === 'bare' && column.align === 'end' && 'max-sm:text-right',
            )}
          >
            {column.cell(row)}
          </span>
        </td>
      ))}
    </tr>
  )
}
