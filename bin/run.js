#!/usr/bin/env node
import { flush, handle, run, settings } from '@oclif/core';

// Otherwise oclif runs the sources, untranspiled, wherever NODE_ENV is test or development.
settings.enableAutoTranspile = false;
// Where a compiled module is missing, Node rejects twice: for whoever imports it, who says so in words, and for nobody.
process.on('unhandledRejection', (error) => {
  if (!/addon found|bindings file|native build|NODE_MODULE_VERSION/.test(String(error))) throw error;
});
try {
  await run(process.argv.slice(2), import.meta.url);
  await flush();
} catch (error) {
  // A command whose imports fail has nobody yet who would tell it in words.
  const { toldUnloaded } = await import(new URL('../dist/lib/cli/unloaded.js', import.meta.url).href);
  const status = toldUnloaded(error, process.argv.slice(2));
  if (status === undefined) await handle(error);
  else process.exitCode = status;
}
