import type { DeadLetterList, DeadLetterResponse, MessageResponse } from '../../../reporting/src/api/responses.ts';
import type { LetterGroups } from '../../../reporting/src/letters/responses.ts';
import type { Env } from '../environment/env.ts';
import { queryOf, ReportingApi } from '../environment/reporting-api.ts';
import { type HowToAsk, make } from '../ops/perform.ts';

export async function list(env: Env, filter: Record<string, string>, json: boolean): Promise<number> {
  const { items } = await new ReportingApi(env).call<DeadLetterList>(
    'GET',
    `dead-letters${queryOf({ ...filter, limit: '50' })}`,
  );
  if (json) console.log(JSON.stringify({ letters: items }, null, 2));
  else console.log([...items.map(lineOf), `${items.length} dead letter(s), the newest first.`].join('\n'));
  return 0;
}

export async function causes(env: Env, filter: Record<string, string>, json: boolean): Promise<number> {
  const found = await causesOf(env, filter);
  console.log(json ? JSON.stringify(found, null, 2) : [...linesOf(found), `${found.total} dead letter(s).`].join('\n'));
  return 0;
}

export async function show(
  env: Env,
  { channel, messageId, tenant }: { channel: string; messageId: string; tenant: string | undefined },
  json: boolean,
): Promise<number> {
  const path = [channel, messageId].map(encodeURIComponent).join('/');
  const message = await new ReportingApi(env).call<MessageResponse>('GET', `messages/${path}${queryOf({ tenant })}`);
  const { status, recipients, deadLetter, timeline } = message;
  if (json) console.log(JSON.stringify(message, null, 2));
  else
    console.log(
      [
        `${messageId}  ${status}  ${recipients.join(', ')}`,
        deadLetter ? `Dead letter, ${deadLetter.state}: ${deadLetter.meaning}` : 'It has no dead letter.',
        ...(deadLetter ? [`What to do: ${deadLetter.remedy}`] : []),
        ...timeline.map(({ at, description }) => `  ${at}  ${description}`),
      ].join('\n'),
    );
  return 0;
}

/** Redrives or discards; without `atMost` only shows what is meant. */
export async function change(
  env: Env,
  kind: 'redrive' | 'discard',
  { filter, atMost, ...order }: { filter: Record<string, string | true>; atMost: number | undefined; reason?: string },
  how: HowToAsk,
): Promise<number> {
  if (atMost !== undefined)
    return make(new ReportingApi(env), `dead-letters/${kind}`, { filter, atMost, ...order }, how);
  const { all: _all, ...named } = filter;
  const found = await causesOf(env, { ...(named as Record<string, string>), state: 'open' });
  if (how.json) console.log(JSON.stringify(found, null, 2));
  else
    console.log(
      [
        ...linesOf(found),
        found.total === 0
          ? 'Nothing is meant: no open dead letter is like that.'
          : `${found.total} open dead letter(s) are meant; nothing was done. To ${kind} them: --at-most ${found.total}`,
      ].join('\n'),
    );
  return 0;
}

const causesOf = (env: Env, filter: Record<string, string>): Promise<LetterGroups> =>
  new ReportingApi(env).call<LetterGroups>('GET', `dead-letters/groups${queryOf(filter)}`);

const lineOf = ({
  at,
  channel,
  messageId,
  tenant,
  state,
  reason,
  failure,
  attempts,
  meaning,
}: DeadLetterResponse): string =>
  [at, channel, messageId, tenant, state, reason, failure.code, `${attempts} attempt(s)`, meaning].join('  ');

const linesOf = ({ groups }: LetterGroups): string[] =>
  groups.flatMap(({ count, channel, state, reason, code, provider, meaning, remedy, oldest }) => {
    const cause = [channel, state, reason, provider, code].filter(Boolean).join('  ');
    return [`${String(count).padStart(7)}  ${cause}  since ${oldest}`, `         ${meaning} ${remedy}`];
  });
