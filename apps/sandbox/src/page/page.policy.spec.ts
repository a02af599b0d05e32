import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { expect, it } from '@jest/globals';
import { simulatorCatalogue } from '../simulators/catalogue.ts';
import { pageOf } from './page.policy.ts';

const { html: page, headers: pageHeaders } = pageOf(simulatorCatalogue);

const code = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? '';
const policy = pageHeaders['content-security-policy'];

it('allows exactly the script that it holds', () => {
  expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  expect(policy).toContain("default-src 'none'");
});

it('holds a script that can be read', () => {
  expect(() => new Script(code)).not.toThrow();
});

it('never makes markup of text', () => {
  expect(code).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
});

it('asks for nothing from elsewhere', () => {
  expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
});
