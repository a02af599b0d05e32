#!/usr/bin/env -S node --conditions=source --disable-warning=TimeoutNegativeWarning
/** `messaging` in a checkout. Plain JavaScript, so that it can report missing packages or a missing Node 24. */
import * as nodeModule from 'node:module';
import { join } from 'node:path';

const NEEDED = 24;

function refuse(problem, remedy) {
  console.error(`${problem}\n  Remedy: ${remedy}`);
  process.exitCode = 1;
}

if (Number(process.versions.node.split('.')[0]) < NEEDED)
  refuse(
    `Node ${NEEDED} is needed; this is ${process.version}.`,
    `npx messaging uses the Node that npm ci brings along; or install Node ${NEEDED}.`,
  );
else {
  // Compiled once and kept: a command starts in two thirds of the time.
  nodeModule.enableCompileCache(join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'node'));
  try {
    await import('../src/checkout.ts');
  } catch (error) {
    if (!error.message.startsWith('Cannot find package')) throw error;
    refuse('The packages are not installed.', 'npm ci; npm start does it by itself.');
  }
}
