import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  DeliveryReport,
  EngagementReport,
  FailureReport,
  ProviderReport,
  TookReport,
} from '../src/reports/responses.ts';
import { Projection } from '../src/projection/projection.port.ts';
import { fact, noon, receipt, requested } from './facts.ts';
import { type Answer, ReportingApi } from './reporting-api.ts';

const api = new ReportingApi();
const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();

/** Twelve messages of two tenants over two days, every third bounced; two were opened. */
beforeAll(async () => {
  await api.start();
  const projection = api.service.app.get(Projection, { strict: false });
  const facts = Array.from({ length: 12 }, (_, index) => {
    const id = `r-${index}`;
    const tenant = index < 8 ? 'shop' : 'bank';
    const from = noon + index * 4 * HOUR_MS;
    const of = { tenant, hop: 1, provider: 'sendgrid' };
    const status = index % 3 === 0 ? 'bounced' : 'delivered';
    return [
      requested(id, { tenant, at: from, template: `t-${index % 2}` }),
      fact(id, { ...of, at: at(from + 1_000) }),
      receipt(id, { ...of, status, at: at(from + 5_000) }),
      ...(index < 2 ? [receipt(id, { ...of, status: 'opened', at: at(from + 60_000) })] : []),
    ];
  }).flat();
  await Promise.all(facts.map((each) => projection.project(each)));
});
afterAll(() => api.stop());

const span = 'from=2030-01-31T00:00:00Z&to=2030-02-03T00:00:00Z';
const report = <T>(kind: string, more = ''): Promise<Answer<T>> => api.ask<T>(`/v1/reports/${kind}?${span}&${more}`);
const items = async <T extends { items: unknown[] }>(kind: string, more = ''): Promise<T['items']> =>
  (await report<T>(kind, more)).body.items;

describe('reports over the counts', () => {
  it('say how many messages stand where, day by day', async () => {
    const days = await items<DeliveryReport>('delivery');
    expect(days).toEqual([
      { at: '2030-01-31T00:00:00.000Z', group: {}, messages: 3, statuses: { bounced: 1, delivered: 2 } },
      { at: '2030-02-01T00:00:00.000Z', group: {}, messages: 6, statuses: { bounced: 2, delivered: 4 } },
      { at: '2030-02-02T00:00:00.000Z', group: {}, messages: 3, statuses: { bounced: 1, delivered: 2 } },
    ]);
  });

  it('are in days of any time zone, and say where its half hours cannot be exact', async () => {
    const berlin = await report<DeliveryReport>('delivery', 'timeZone=Europe/Berlin');
    expect(berlin.body).toMatchObject({ exact: true, timeZone: 'Europe/Berlin' });
    expect(berlin.body.items.map(({ at: day, messages }) => [day, messages])).toEqual([
      ['2030-01-30T23:00:00.000Z', 3],
      ['2030-01-31T23:00:00.000Z', 6],
      ['2030-02-01T23:00:00.000Z', 3],
    ]);
    expect((await report<DeliveryReport>('delivery', 'timeZone=Asia/Kolkata')).body.exact).toBe(false);
  });

  it('group by what is asked for, and give the span before', async () => {
    const { body } = await report<DeliveryReport>('delivery', 'granularity=none&groupBy=tenant&previous=true');
    expect(body.items.map(({ group, messages }) => [group['tenant'], messages])).toEqual([
      ['bank', 4],
      ['shop', 8],
    ]);
    expect(body.previous).toEqual({ from: '2030-01-28T00:00:00.000Z', to: '2030-01-31T00:00:00.000Z', items: [] });
    const templates = await items<DeliveryReport>('delivery', 'granularity=none&groupBy=template&tenant=shop');
    expect(templates.map(({ group, messages }) => [group['template'], messages])).toEqual([
      ['t-0', 4],
      ['t-1', 4],
    ]);
  });

  it('say causes, times, engagement, and providers beside each other', async () => {
    const whole = 'granularity=none';
    expect(await items<FailureReport>('failures', whole)).toMatchObject([{ status: 'bounced', messages: 4 }]);
    expect(await items<TookReport>('latency', whole)).toMatchObject([{ messages: 8, p50: 5, p99: 5 }]);
    expect(await items<EngagementReport>('engagement', whole)).toMatchObject([
      { engagement: 'opened', messages: 2, facts: 2 },
    ]);
    expect(await items<ProviderReport>('providers')).toEqual([
      { provider: 'sendgrid', attempts: { sent: 12 }, messages: 12, delivered: 8, p50: 5, p95: 5 },
    ]);
    const cost = await report('cost');
    expect(cost.body).toMatchObject({
      currency: null,
      items: [
        { unit: 'message', units: 4 },
        { unit: 'message', units: 8 },
      ],
    });
  });

  it.each([
    ['what no table has together', 'delivery', 'groupBy=template,provider', 'groupBy'],
    ['what a report is not about', 'latency', 'template=t-1', 'template'],
    ['another dimension', 'delivery', 'groupBy=colour', 'groupBy'],
    ['three of them', 'delivery', 'groupBy=tenant,lane,kind', 'groupBy'],
    ['a time zone that is none', 'delivery', 'timeZone=Mars/Olympus', 'timeZone'],
    ['a field of another name', 'delivery', "group'by=1", ''],
  ])('refuse %s', async (_, kind, more, field) => {
    const answer = await report<{ code: string; fields: { field: string }[] }>(kind, more);
    expect(answer.status).toBe(400);
    if (field) expect(answer.body.fields.map((each) => each.field.split(/[.[]/)[0])).toContain(field);
  });

  it('refuse spans without sense', async () => {
    for (const more of [
      'from=2030-02-03T00:00:00Z&to=2030-01-01T00:00:00Z',
      'from=1970-01-01T00:00:00Z&granularity=hour',
    ])
      expect((await api.ask(`/v1/reports/delivery?${more}`)).status).toBe(400);
  });
});
