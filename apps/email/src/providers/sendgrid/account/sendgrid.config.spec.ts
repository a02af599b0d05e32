import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sendgridUrlFrom } from './sendgrid.config.ts';

describe('where the doctor and the smoke test find SendGrid', () => {
  it.each([
    [{}, 'https://api.sendgrid.com'],
    [{ SENDGRID_REGION: 'eu' }, 'https://api.eu.sendgrid.com'],
    [{ SENDGRID_REGION: '', SENDGRID_BASE_URL: '' }, 'https://api.sendgrid.com'],
    [{ SENDGRID_REGION: 'eu', SENDGRID_BASE_URL: 'http://127.0.0.1:4010' }, 'http://127.0.0.1:4010'],
  ])('is, with %j, where the service finds it', (env: Record<string, string>, url) =>
    expect(sendgridUrlFrom((name) => env[name] || undefined)).toBe(url),
  );

  it('is written in no script: a fixed address would exclude accounts in the EU', () => {
    const folder = join(import.meta.dirname, '..', '..', '..', '..', '..', 'cli', 'src');
    const written = globSync('**/*.{ts,mjs}', { cwd: folder }).filter(
      (file) => !file.endsWith('.spec.ts') && readFileSync(join(folder, file), 'utf8').includes('api.sendgrid.com'),
    );
    expect(written).toEqual([]);
  });
});
