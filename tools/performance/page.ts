import { type Goal, goals, type Measurement, measurements } from './goals.table.ts';
import { table } from '../generate/markdown.ts';

/** What one measurement printed, and when on which machine. */
export interface MeasuredRun {
  /** The day, as 2026-11-29. */
  measured: string;
  cores: number;
  /** What `--json` prints. */
  figures: object;
}

export type MeasuredRuns = Partial<{ [K in Measurement]: MeasuredRun }>;

/** The tables stand between these lines; they are made of the JSON at the end of the page. */
const [BEGIN, END] = ['<!-- figures: written by npm run bench -- … --write -->', '<!-- end of figures -->'];
const json = /```json\n([^]*?)\n```/;

/** The page with a measurement in it, in place of the earlier one. @throws Error where the page has no place for it */
export function withRecord(page: string, measurement: Measurement, record: MeasuredRun): string {
  const records = { ...recordsOf(page), [measurement]: record };
  const lines = measurements.flatMap((name) =>
    records[name] ? [`${JSON.stringify(name)}: ${JSON.stringify(records[name])}`] : [],
  );
  const block = `\`\`\`json\n{\n${lines.join(',\n')}\n}\n\`\`\``;
  return withTables(page.replace(json, () => block));
}

/** What the page holds. @throws Error where it holds no JSON */
export function recordsOf(page: string): MeasuredRuns {
  const [, text] = json.exec(page) ?? [];
  if (text === undefined) throw new Error('docs/performance.md has no block of JSON, where its figures stand');
  return JSON.parse(text) as MeasuredRuns;
}

/** The page with the tables that its JSON makes. @throws Error where it has no place for them */
export function withTables(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no lines “${BEGIN}” and “${END}”`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${tablesOf(recordsOf(page))}\n\n${page.slice(to)}`;
}

function tablesOf(records: MeasuredRuns): string {
  const figure = (measurement: Measurement, path: string) => figureAt(records[measurement]?.figures, path);
  const cell = (measurement: Measurement, path: string, unit = '') => shown(figure(measurement, path), unit);
  const of = (path: string, unit = '') => cell('dispatch', path, unit);
  const inTrouble = (path: string, unit = '') => cell('failover', path, unit);
  const ofRetry = (path: string, unit = '') => cell('retry', path, unit);
  const released = (beside: string) => [
    ofRetry(`releasePerS.${beside}`),
    ofRetry(`graphileWorker.releasePerS.${beside}`),
  ];
  const webhook = (path: string, unit = '') => cell('webhooks', path, unit);
  return [
    sourceOf(records),
    table(
      ['figure', 'must', 'aim', 'measured', ''],
      goals.map((goal) => goalRow(goal, figure(goal.measurement, goal.path))),
    ),
    'Messages a second, each sender in the same run:',
    table(
      ['sender', 'a second'],
      senders.map(([sender, name]) => [name, of(`perSecond.${sender}`)]),
    ),
    'What a message costs, processor time of all threads:',
    table(
      ['', 'now', '06573fd'],
      [
        ['the email service', of('cpuUsPerMessage', 'µs'), of('base.cpuUsPerMessage', 'µs')],
        ['allocated on V8’s heap', of('kbPerMessage', 'KB'), of('base.kbPerMessage', 'KB')],
        ['Kafka', of('othersCpuUsPerMessage.kafka', 'µs'), ''],
        ['PostgreSQL', of('othersCpuUsPerMessage.postgres', 'µs'), ''],
        ['the provider stub', of('othersCpuUsPerMessage.stub', 'µs'), ''],
        ['two replicas on the same cores, each message', of('twoReplicas.cpuUsPerMessage', 'µs'), ''],
        ['messages a second of two replicas / of one', of('ratios.twoReplicasToOne'), ''],
      ],
    ),
    'While the first of two e-mail providers has trouble, from publishing to the fact that the other one took it:',
    table(
      ['the first provider', 'taken by the second', 'median', 'p99', 'longest'],
      troubles.map(([name, scenario]) => [
        name,
        partOf(figure('failover', `${scenario}.byResend`), figure('failover', `${scenario}.messages`)),
        ...['p50', 'p99', 'most'].map((figure) => inTrouble(`${scenario}.${figure}`, 'ms')),
      ]),
    ),
    'Plans a second at retry, beside graphile-worker on the same PostgreSQL and Kafka:',
    table(
      ['', 'retry', 'graphile-worker'],
      [
        ['kept', ofRetry('insertPerS'), ofRetry('graphileWorker.insertPerS')],
        ['released, 10,000 others pending', ...released('pending10k')],
        ['released, 1,000,000 others pending', ...released('pending1m')],
        ['released, 1,000,000 others parked', ofRetry('releasePerS.parked1m'), ''],
        ['released while a transaction holds back the vacuum', ofRetry('releasePerS.heldXmin'), ''],
        ['1,000,000 pending / 10,000', ofRetry('flatness'), ofRetry('graphileWorker.flatness')],
        ['a single plan is late, median', ofRetry('latenessMs.p50', 'ms'), ''],
        ['the same with 1,000,000 paused', ofRetry('latenessPaused1mMs.p50', 'ms'), ''],
        ['while these are let go again', ofRetry('latenessResumed1mMs.p50', 'ms'), ''],
      ],
    ),
    'Webhooks, events a second that were verified, published and acknowledged:',
    table(
      ['', 'now', '06573fd', 'now, p99 of a delivery', 'processor time an event', 'only parsed'],
      [
        [
          'SendGrid, two batches of 100 at a time',
          webhook('sendgridBatch100'),
          webhook('base.sendgridBatch100'),
          webhook('sendgridP99Ms', 'ms'),
          webhook('sendgridCpuUs', 'µs'),
          webhook('bareFastify'),
        ],
        [
          'Twilio, 32 at a time',
          webhook('twilioSingle'),
          webhook('base.twilioSingle'),
          webhook('twilioP99Ms', 'ms'),
          webhook('twilioCpuUs', 'µs'),
          webhook('bareFastifySingle'),
        ],
      ],
    ),
  ].join('\n\n');
}

const troubles = [
  ['answers 429 with Retry-After of an hour', 'throttled429'],
  ['answers 401', 'refused401'],
  ['answers 403', 'refused403'],
  ['refuses connections', 'refusedConnections'],
  ['answers 503, urgent lane', 'unavailable503'],
] as const;

const senders = [
  ['ceiling', 'ceiling: a bare loop over an undici pool'],
  ['ours', 'ours'],
  ['oursUntraced', 'ours, tracing off'],
  ['oursCoalesced', 'ours, bulk messages that share calls'],
  ['oursTwoReplicas', 'ours, two replicas'],
  ['base', 'ours at 06573fd, before the pipeline'],
  ['sameWork', 'same-work peer: BullMQ, PostgreSQL, Kafka, OpenTelemetry'],
  ['bullmq', 'bare BullMQ'],
  ['sendgridSdk', 'SendGrid’s library in a bare loop'],
  ['nestStock6', 'Nest’s own Kafka transport, 6 partitions at once'],
  ['nestStock1', 'Nest’s own Kafka transport, 1 partition'],
] as const;

function sourceOf(records: MeasuredRuns): string {
  const said = measurements.map((name) => {
    const record = records[name];
    return `${name} ${record ? `${record.measured} on ${record.cores} cores` : 'not yet'}`;
  });
  return `Measured: ${said.join(', ')}.`;
}

function goalRow({ figure, better, must, aim, unit }: Goal, value: number | undefined): string[] {
  const sign = better === 'more' ? '≥' : '≤';
  const reaches = (goal: number) => value !== undefined && (better === 'more' ? value >= goal : value <= goal);
  const verdict = value === undefined ? '' : reaches(aim) ? 'aim reached' : reaches(must) ? 'met' : '**missed**';
  return [figure, `${sign} ${shown(must, unit)}`, `${sign} ${shown(aim, unit)}`, shown(value, unit), verdict];
}

/** The number at `a.b` of the figures; undefined where there is none. */
function figureAt(figures: object | undefined, path: string): number | undefined {
  const value = path
    .split('.')
    .reduce<unknown>((inner, name) => (inner as { [name: string]: unknown } | null | undefined)?.[name], figures);
  return typeof value === 'number' ? value : undefined;
}

const partOf = (part: number | undefined, whole: number | undefined): string =>
  part === undefined ? shown(part) : `${part} of ${whole}`;

function shown(value: number | undefined, unit = ''): string {
  if (value === undefined) return 'not measured';
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`.trimEnd();
}
