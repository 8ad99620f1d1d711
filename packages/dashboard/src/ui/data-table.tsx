// A table of some hundred rows at most, sorted where that makes sense; at phone width every row is a card. For logs
// without an end there is `virtual-table.tsx`.
import { createSortedRowModel, rowSortingFeature, sortFn_basic, tableFeatures, useTable } from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { useMessages } from '../i18n/use-messages.ts'
import { Button } from './button.tsx'
import { uiMessages } from './messages/ui.ts'
import { SkeletonLines } from './states.tsx'
import { headClass, type TableColumn, TableRow } from './table-row.tsx'

export interface Column<Row> extends TableColumn<Row> {
  /** Makes the column one to sort by. Null comes last. */
  readonly sortBy?: (row: Row) => string | number | null
}

interface DataTableProps<Row> {
  /** What it lists. */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  /** Column to begin with; `desc` = largest first. */
  readonly sort?: { readonly id: string; readonly desc: boolean }
  /** Dims what is over: revoked keys. */
  readonly isFaint?: (row: Row) => boolean
  /** In place of a table without rows. */
  readonly empty: ReactNode
  readonly isPending?: boolean
  readonly more?: { readonly hasMore: boolean; readonly isLoadingMore: boolean; readonly loadMore: () => void }
}

const FEATURES = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
})

export function DataTable<Row extends object>({
  label,
  columns,
  rows,
  rowKey,
  sort,
  isFaint,
  empty,
  isPending = false,
  more,
}: DataTableProps<Row>) {
  const t = useMessages(uiMessages)
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.id,
        header: column.header,
        accessorFn: (row: Row) => column.sortBy?.(row) ?? undefined,
        enableSorting: column.sortBy !== undefined,
        sortFn: 'basic' as const,
        sortUndefined: 'last' as const,
      })),
    [columns],
  )
  const table = useTable({
    features: FEATURES,
    columns: definitions,
    data: rows,
    getRowId: rowKey,
    initialState: { sorting: sort === undefined ? [] : [{ id: sort.id, desc: sort.desc }] },
  })
  if (isPending)
    return (
      <div className="px-4 pb-4">
        <SkeletonLines lines={4} />
      </div>
    )
  if (rows.length === 0) return empty
  const byId = new Map(columns.map((column) => [column.id, column]))
  return (
    <div className="min-w-0">
      <div className="overflow-x-auto" tabIndex={-1}>
        <table role="table" aria-label={label} className="w-full border-collapse text-base max-sm:block">
          <thead role="rowgroup" className="max-sm:sr-only">
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} role="row" className="border-b border-line">
                {group.headers.map((header) => {
                  const column = byId.get(header.column.id)
                  const sorted = header.column.getIsSorted()
                  return (
                    <th
                      key={header.id}
                      role="columnheader"
                      scope="col"
                      aria-sort={sorted === false ? undefined : sorted === 'asc' ? 'ascending' : 'descending'}
                      className={headClass(column?.align)}
                    >
                      {header.column.getCanSort() ? (
                        <button
                          type="button"
                          onClick={header.column.getToggleSortingHandler()}
                          aria-label={t('sort', { column: column?.header ?? '' })}
                          className="-mx-1 inline-flex items-center gap-1 rounded-sm px-1 hover:text-ink"
                        >
                          {column?.header}
                          <SortSign sorted={sorted} />
                        </button>
                      ) : column?.header === '' ? (
                        <span className="sr-only">{t('actions')}</span>
                      ) : (
                        column?.header
                      )}
                    </th>
                  )
                })}
              </tr>
            ))}
          </thead>
          <tbody role="rowgroup" className="max-sm:block">
            {table.getRowModel().rows.map(({ id, original }) => (
              <TableRow key={id} row={original} columns={columns} isFaint={isFaint?.(original) === true} />
            ))}
          </tbody>
        </table>
      </div>
      {more?.hasMore === true && (
        <div className="flex justify-center border-t border-line py-2.5">
          <Button tone="quiet" size="sm" busy={more.isLoadingMore} onClick={more.loadMore}>
            {t('loadMore')}
          </Button>
        </div>
      )}
    </div>
  )
}

function SortSign({ sorted }: { readonly sorted: false | 'asc' | 'desc' }) {
  if (sorted === false) return <span aria-hidden className="w-3" />
  return sorted === 'asc' ? <ArrowUp aria-hidden className="size-3" /> : <ArrowDown aria-hidden className="size-3" />
}
