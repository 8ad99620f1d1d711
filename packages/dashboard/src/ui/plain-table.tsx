// A table of what never changes: nothing to sort, nothing to load. Weighs a fraction of `data-table.tsx`.
import { headClass, type TableColumn, TableRow } from './table-row.tsx'

interface PlainTableProps<Row> {
  /** What it lists. */
  readonly label: string
  readonly columns: readonly TableColumn<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
}

export function PlainTable<Row>({ label, columns, rows, rowKey }: PlainTableProps<Row>) {
  return (
    <div className="overflow-x-auto" tabIndex={-1}>
      <table role="table" aria-label={label} className="w-full border-collapse text-base max-sm:block">
        <thead role="rowgroup" className="max-sm:sr-only">
          <tr role="row" className="border-b border-line">
            {columns.map(({ id, header, align }) => (
              <th key={id} role="columnheader" scope="col" className={headClass(align)}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="max-sm:block">
          {rows.map((row) => (
            <TableRow key={rowKey(row)} row={row} columns={columns} isFaint={false} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
