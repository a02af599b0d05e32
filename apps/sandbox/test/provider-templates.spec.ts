import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Resend } from 'resend';
import type { Sandbox } from '../src/sandbox.ts';
import { until } from './receiver.ts';
import { aMailTo, apiKey, listed, running, sendGridOf, withAccount } from './running.ts';

interface Shown {
  subject: string | null;
  text: string | null;
  html: string | null;
  status: string;
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await running({ SANDBOX_RESEND_API_KEY: 're_test', SANDBOX_RESEND_RATE_PER_S: '1000' });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' });
  await fetch(`${sandbox.url}/_sandbox/account`, { method: 'DELETE' });
});

const newest = async () => (await listed(sandbox)).messages[0] as unknown as Shown;

describe('SendGrid’s templates', () => {
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${sandbox.url}/v3/templates${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text ? JSON.parse(text) : {}) as Record<string, unknown>,
    };
  };
  const aTemplate = async () => (await ask('POST', '', { name: 'order', generation: 'dynamic' })).body['id'] as string;
  const aVersion = (id: string, parts: Record<string, unknown> = {}) =>
    ask('POST', `/${id}/versions`, {
      name: 'first',
      subject: 'Order {{number}}',
      html_content: '<p>Dear {{name}}{{#equals paid true}}, paid{{/equals}}</p>',
      ...parts,
    });
  const send = (templateId: string, dynamicTemplateData = {}) =>
    sendGridOf(sandbox).send(
      aMailTo('ada@inbox.test', 'order-1', { templateId, dynamicTemplateData, subject: undefined, text: undefined }),
    );

  it('render the mail, with variables escaped in HTML and missing ones left out', async () => {
    const id = await aTemplate();
    expect(id).toMatch(/^d-[0-9a-f]{32}$/);
    expect(await aVersion(id)).toMatchObject({ status: 201, body: { active: 1, template_id: id } });
    await send(id, { name: '<b>Ada</b>', paid: true });
    expect(await newest()).toMatchObject({
      subject: 'Order ',
      html: '<p>Dear &lt;b&gt;Ada&lt;/b&gt;, paid</p>',
      text: 'Dear <b>Ada</b>, paid',
    });
  });

  it('are used in their active version', async () => {
    const id = await aTemplate();
    await aVersion(id, { subject: 'One' });
    expect((await aVersion(id, { name: 'second', subject: 'Two' })).body['active']).toBe(0);
    await send(id);
    expect((await newest()).subject).toBe('One');
    await aVersion(id, { name: 'third', subject: 'Three', active: 1 });
    await send(id);
    expect((await newest()).subject).toBe('Three');
  });

  it('that do not exist are noticed only after the mail was accepted', async () => {
    const [answer] = await send('d-00000000000000000000000000000000');
    expect(answer.statusCode).toBe(202);
    await until(async () => (await newest()).status === 'dropped');
  });

  it.each([
    ['without a name', { generation: 'dynamic' }, 'name'],
    ['with another generation', { name: 'a', generation: 'next' }, 'generation'],
  ])('are refused %s', async (_, body, field) => {
    expect(await ask('POST', '', body)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('are refused when they cannot be parsed', async () => {
    expect(await aVersion(await aTemplate(), { html_content: '{{#if}' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'html_content' }] },
    });
  });

  it('return the rate with every response, and require a scope', async () => {
    const { headers } = await ask('POST', '', { name: 'order' });
    expect([headers.get('x-ratelimit-limit'), Number(headers.get('x-ratelimit-remaining'))]).toEqual([
      '600',
      expect.any(Number),
    ]);
    await withAccount(sandbox, { sendgrid: { scopes: ['mail.send'] } });
    expect((await ask('POST', '', { name: 'order' })).status).toBe(403);
  });
});

describe('Resend’s templates', () => {
  const resend = () => new Resend('re_test', { baseUrl: sandbox.url });
  const order = {
    name: 'order',
    subject: 'Order {{{NUMBER}}}',
    html: '<p>Dear {{{NAME}}}</p>',
    variables: [
      { key: 'NUMBER', type: 'number' as const },
      { key: 'NAME', type: 'string' as const, fallbackValue: 'friend' },
    ],
  };
  const send = (id: string, variables: Record<string, string | number> = {}) =>
    resend().emails.send({ from: 'shop@messaging.test', to: 'ada@inbox.test', template: { id, variables } });
  const aTemplate = async (parts: Record<string, unknown> = {}) =>
    (await resend().templates.create({ ...order, ...parts })).data!.id;

  it('render the mail once they are published, found by id or alias', async () => {
    const id = await aTemplate({ alias: 'order-confirmation' });
    expect((await send(id, { NUMBER: 7 })).error).toMatchObject({ statusCode: 422 });
    await resend().templates.publish(id);
    expect((await send('order-confirmation', { NUMBER: 7 })).error).toBeNull();
    expect(await newest()).toMatchObject({ subject: 'Order 7', html: '<p>Dear friend</p>' });
    expect((await send(id)).error).toMatchObject({ statusCode: 422, message: expect.stringContaining('NUMBER') });
    expect((await send('nobody')).error).toMatchObject({ statusCode: 404 });
  });

  it('must declare the variables that they use', async () => {
    expect((await resend().templates.create({ ...order, html: '<p>{{{OTHER}}}</p>' })).error).toMatchObject({
      name: 'validation_error',
      message: "Variable 'OTHER' is used in the template but not defined in the variables list",
    });
  });
});
