import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  define: { __RELEASE__: JSON.stringify(process.env.RELEASE ?? 'development') },
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0 },
  server: { proxy: { '/api': 'http://127.0.0.1:3000', '/ws': { target: 'ws://127.0.0.1:3000', ws: true } } },
});
