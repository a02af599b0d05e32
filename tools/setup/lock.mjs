import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, say } from './run.mjs';

const file = join(root, 'dist', '.setup-lock');
const BEAT_MS = 2_000;
const STALE_MS = 20_000;

/** Runs `work` while no other set-up of this checkout runs; others wait their turn and then find everything done. */
export async function underLock(work) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  await acquire();
  const beat = setInterval(() => touch(), BEAT_MS);
  const release = () => rmSync(file, { force: true });
  process.on('exit', release);
  try {
    await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

async function acquire() {
  for (let reported = false; !taken(); await sleep(300)) {
    const holder = readHolder();
    if (holder && isStale(holder)) rmSync(file, { force: true });
    else if (!reported) {
      say('another set-up of this checkout is running; waiting for it');
      reported = true;
    }
  }
}

function taken() {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder() {
  try {
    return { ...JSON.parse(readFileSync(file, 'utf8') || '{}'), beat: statSync(file).mtimeMs };
  } catch {
    return undefined;
  }
}

// A process id says nothing on another machine or in another container that shares the checkout: the beat does.
function isStale({ pid, host, beat }) {
  if (Date.now() - beat > STALE_MS) return true;
  return host === hostname() && pid !== undefined && !alive(pid);
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function touch() {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // Removed by hand: the work goes on.
  }
}
