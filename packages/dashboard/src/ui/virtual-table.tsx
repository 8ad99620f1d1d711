// Rows without an end: only those that can be seen are in the page. All rows are of one height, so nothing is measured
// and scrolling costs the same at a hundred rows and at a hundred thousand.
import { memo, type ReactNode, useEffect, useRef } from 'react'
import { cx } from './cx.ts'
import { useRowsInSight } from './rows-in-sight.ts'

export interface VirtualColumn<Row> {
  readonly id: string
  readonly header: string
  readonly cell: (row: Row) => ReactNode
  readonly align?: 'start' | 'end'
  /** A track of the grid: `7rem`, `minmax(8rem, 1fr)`. */
  readonly width: string
  /** Left out on a phone. */
  readonly hideOnPhone?: boolean
}

interface VirtualTableProps<Row> {
  readonly label: string
  readonly columns: readonly VirtualColumn<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly rowHeightPx?: number
  /** Tailwind's height: `h-[70dvh]`. */
  readonly className?: string
  readonly onOpen?: (row: Row) => void
  readonly isMarked?: (row: Row) => boolean
  /** The end is near: load more. */
  readonly onEnd?: () => void
}

const NEAR_END_ROWS = 40

export function VirtualTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  rowHeightPx = 40,
  className,
  onOpen,
  isMarked,
  onEnd,
}: VirtualTableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null)
  const { first, end } = useRowsInSight(scroller, rows.length, rowHeightPx)
  const lastSeen = Math.max(0, end - 1)
  useEffect(() => {
    if (onEnd !== undefined && rows.length > 0 && lastSeen >= rows.length - NEAR_END_ROWS) onEnd()
  }, [lastSeen, rows.length, onEnd])
  const wide = columns.map(({ width }) => width).join(' ')
  const narrow = columns
    .filter(({ hideOnPhone }) => hideOnPhone !== true)
    .map(({ width }) => width)
    .join(' ')
  const tracks = { '--wide': wide, '--narrow': narrow } as React.CSSProperties
  const grid = 'grid grid-cols-[var(--narrow)] items-center gap-x-3 px-4 sm:grid-cols-[var(--wide)]'
  return (
    <div
      ref={scroller}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      style={tracks}
      className={cx('overflow-auto', className)}
    >
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
        <div role="row" aria-rowindex={1} className={cx(grid, 'h-9 text-sm font-medium text-soft')}>
          {columns.map((column) => (
            <span
              key={column.id}
              role="columnheader"
              className={cx(
                'truncate',
                column.align === 'end' && 'text-right',
                column.hideOnPhone === true && 'max-sm:hidden',
              )}
            >
              {column.header}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.length * rowHeightPx }}>
        {rows.slice(first, end).map((row, offset) => (
          <TableRow
            key={rowKey(row)}
            row={row}
            index={first + offset}
            topPx={(first + offset) * rowHeightPx}
            heightPx={rowHeightPx}
            grid={grid}
            columns={columns}
            isMarked={isMarked?.(row) === true}
            onOpen={onOpen}
          />
        ))}
      </div>
    </div>
  )
}

interface TableRowProps<Row> {
  readonly row: Row
  readonly index: number
  readonly topPx: number
  readonly heightPx: number
  readonly grid: string
  readonly columns: readonly VirtualColumn<Row>[]
  readonly isMarked: boolean
  readonly onOpen: ((row: Row) => void) | undefined
}

/** Drawn once: while the table scrolls, only rows that come into sight cost anything. */
const TableRow = memo(function TableRow<Row>({
  row,
  index,
  topPx,
  heightPx,
  grid,
  columns,
  isMarked,
  onOpen,
}: TableRowProps<Row>) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      tabIndex={onOpen === undefined ? undefined : 0}
      onClick={onOpen === undefined ? undefined : () => onOpen(row)}
      onKeyDown={
        onOpen === undefined
          ? undefined
          : (event) => {
              if (event.key === 'Enter') onOpen(row)
            }
      }
      style={{ height: heightPx, transform: `translateY(${topPx}px)` }}
      className={cx(
        grid,
        'absolute inset-x-0 top-0 border-b border-line text-base focus-visible:-outline-offset-2',
        onOpen !== undefined && 'cursor-pointer hover:bg-hover/60',
        isMarked && 'bg-accent-soft',
      )}
    >
      {columns.map((column) => (
        <span
          key={column.id}
          role="cell"
          className={cx(
            'min-w-0 truncate',
            column.align === 'end' && 'tabular text-right',
            column.hideOnPhone === true && 'max-sm:hidden',
          )}
        >
          {column.cell(row)}
        </span>
      ))}
    </div>
  )
}) as <Row>(props: TableRowProps<Row>) => ReactNode
