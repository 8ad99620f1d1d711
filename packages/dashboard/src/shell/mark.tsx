/** The fitting that guides a line round a corner. */
export function Mark({ className }: { readonly className?: string }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      strokeWidth="3.2"
      strokeLinecap="round"
      className={className}
    >
      <path d="M4 22c6 0 7-4 7-8a7 7 0 1 1 14 0c0 3-2 5-4.5 5" />
      <circle cx="18" cy="14" r="2.2" fill="currentColor" stroke="none" />
      <path d="M4 28h24" />
    </svg>
  )
}
