import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../src/sandbox.ts';
import { running } from './running.ts';

describe('the page of the templates', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await running({ TEMPLATES_DIR: join(import.meta.dirname, '../../../templates') });
  });
  afterAll(() => sandbox.close());

  const get = (path: string) => fetch(`${sandbox.url}${path}`);

  it('lists them, each with its previews', async () => {
    const page = await (await get('/previews')).text();
    expect(page).toContain('/previews/login-code?version=1&amp;channel=sms');
    expect(page).toContain('Tells that an order is on its way.');
  });

  it('shows a mail with the examples of its variables, in a frame that runs nothing', async () => {
    const answer = await get('/previews/welcome');
    const page = await answer.text();
    expect(page).toContain('<h2>Welcome to Analytical Engines, Ada</h2>');
    expect(page).toMatch(/<iframe sandbox title="HTML" srcdoc="&#60;!doctype html/);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('shows an SMS where the template has one', async () => {
    expect(await (await get('/previews/login-code?channel=sms')).text()).toContain(
      '493817 is your Analytical Engines code',
    );
  });

  it('answers 404 for a template that does not exist', async () => {
    expect((await get('/previews/nobody')).status).toBe(404);
    expect((await get('/previews/welcome?version=9')).status).toBe(404);
  });
});
