import type { z } from 'zod';
import type { ProviderCheck } from '../provider.port.ts';
import { type CheckTable, type Finding, findingsOf } from './finding.ts';
import { clockSeen, problemOf, type Reported } from './probe-result.ts';

/** The account that is checked. Its table has the checks `<name>.key`, `<name>.clock` and those of its webhook. */
interface Looked {
  name: string;
  /** The display name, such as SendGrid. */
  label: string;
  checks: CheckTable;
}

/**
 * Checks a key by one request: whether there is a response, what it says about the key, and how far the clocks differ.
 * @param judge the findings of a response
 * @returns the findings, for the doctor, the readiness and the start of the service
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
  /** Why it is not called at all; undefined: it is. */
  off?: string | undefined;
  /** Events that it does not report. */
  missing: readonly string[];
  signing: Finding;
}

/**
 * Checks our webhook: whether it exists, is enabled, and reports all events.
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

/** The content of a successful response; undefined for any other, and for one that the schema does not match. */
export const bodyOf = <S extends z.ZodType>(reported: Reported, schema: S): z.infer<S> | undefined =>
  reported.reached && reported.status === 200 ? schema.safeParse(reported.body).data : undefined;
