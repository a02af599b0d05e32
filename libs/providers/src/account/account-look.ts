import type { z } from 'zod';
import type { ProviderCheck } from '../provider.port.ts';
import { type CheckTable, type Finding, findingsOf } from './finding.ts';
import { clockSeen, problemOf, type Reported } from './probe-result.ts';

/** Whose account is looked at. Its table has the checks `<name>.key`, `<name>.clock` and those of its webhook. */
interface Looked {
  name: string;
  /** As people call it, such as SendGrid. */
  label: string;
  checks: CheckTable;
}

/**
 * The look at a key, one question: whether anything answers, what the answer says of the key, and how far our clocks
 * are apart.
 * @param judge the findings of an answer
 * @returns the findings as the doctor wants them, and as readiness and the start of the service do
 */
export function keyLook({ name, label, checks }: Looked, judge: (status: number, body: unknown) => Finding[]) {
  const say = findingsOf(checks);
  const remedy = `Look at ${name.toUpperCase()}_BASE_URL, the network, and its status page; messages wait meanwhile.`;
  const keyFindings = (reported: Reported): Finding[] => {
    const trouble = problemOf(reported);
    const judged = trouble === undefined && reported.reached;
    const { state, seen } = clockSeen(reported);
    return [
      ...(judged ? judge(reported.status, reported.body) : [say.fail(`${name}.key`, trouble ?? '', remedy)]),
      say[state](`${name}.clock`, seen),
    ];
  };
  const readinessOf = (reported: Reported): ProviderCheck => {
    const findings = keyFindings(reported);
    const failed = findings.find(({ state }) => state === 'fail');
    if (!failed) return { state: 'ok', warnings: findings.filter(({ state }) => state === 'warn') };
    const words = { meaning: `${label}: ${failed.seen}.`, remedy: failed.remedy ?? '' };
    return problemOf(reported) === undefined ? { state: 'refused', ...words } : { state: 'unreachable', ...words };
  };
  return { keyFindings, readinessOf };
}

/** Our webhook among those of an account. */
export interface OurWebhook {
  /** Why it is not called at all. */
  off?: string | undefined;
  /** Events that it does not report. */
  missing: readonly string[];
  signing: Finding;
}

/**
 * The look at our webhook: whether it is there, called, and reports all events.
 * @param among how many webhooks the account has
 */
export function webhookFindingsOf(
  { name, checks }: Looked,
  url: string,
  among: number,
  ours: OurWebhook | undefined,
): Finding[] {
  const say = findingsOf(checks);
  const id = `${name}.webhook`;
  if (!ours)
    return [say.fail(id, among === 0 ? `there is none; ours would be ${url}` : `none of ${among} points to ${url}`)];
  if (ours.off !== undefined) return [say.fail(id, `the one for ${url} is ${ours.off}`)];
  return [
    say.ok(id, `${url} is called`),
    ours.missing.length === 0
      ? say.ok(`${id}-events`, 'all')
      : say.fail(`${id}-events`, `does not report: ${ours.missing.join(', ')}`),
    ours.signing,
  ];
}

/** What a good answer holds; undefined for any other, and for what the schema does not know. */
export const bodyOf = <S extends z.ZodType>(reported: Reported, schema: S): z.infer<S> | undefined =>
  reported.reached && reported.status === 200 ? schema.safeParse(reported.body).data : undefined;
