#!/usr/bin/env node
// The command line: compiles and runs src/cli/main.ts. Plain Node, for the packages may not be installed yet.
try {
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('../src/cli/main.ts');
  await main();
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !/Cannot find package/.test(error.message)) throw error;
  console.error('topo: the packages are not installed. Run `npm ci` in the project first (`npm start` does it too).');
  process.exitCode = 1;
}
