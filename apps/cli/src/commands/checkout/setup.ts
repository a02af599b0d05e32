import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../environment/env.ts';

/**
 * Installs the packages and what `flags` name: the build, Kafka. A script of npm has done it before, so that a fresh
 * clone works.
 * @returns whether all of it is there
 */
export function setUp(...flags: ('--build' | '--kafka')[]): boolean {
  const script = process.env['npm_lifecycle_event'];
  if (script !== undefined && script !== 'npx') return true;
  const { status } = spawnSync(process.execPath, [join(projectRoot, 'tools', 'setup.mjs'), ...flags], {
    stdio: 'inherit',
  });
  return status === 0;
}
