import { resolve } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compress } from './scripts/compress.ts'

export default defineConfig({
  root: import.meta.dirname,
  // Relative: the gateway may stand under a path of a proxy, and writes the prefix into index.html itself.
  base: './',
  plugins: [react(), tailwindcss(), compress()],
  build: {
    outDir: process.env['FAIRLEAD_DASHBOARD_OUT'] ?? resolve(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // Data in the markup would need a hole in the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs and a release seldom changes, apart from what it does.
        codeSplitting: {
          groups: [{ name: 'react', test: /node_modules\/(?:react|react-dom|scheduler)\// }],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/v1', '/v1beta', '/health', '/vhealth', '/metrics'].map((path) => [
        path,
        { target: process.env['FAIRLEAD_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false },
      ]),
    ),
  },
})
