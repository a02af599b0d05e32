import { identityKey } from '#libs/contracts';
import { columnsOf, type PoolClient } from '#libs/persistence';
import type { IncomingFact, KeptFact } from './fact.ts';
import {
  type KnownFact,
  type Members,
  ownerOf,
  type Reference,
  referenceKey,
  referenceOf,
  referencesIn,
} from './join.policy.ts';
import { keepWaiting, release } from './waiting.store.ts';

type Known = Map<string, Members>;

/** Finds the message of every fact. Receipts whose message is unknown are kept and joined when its send arrives. */
export async function joinReceipts(client: PoolClient, facts: readonly IncomingFact[]): Promise<KnownFact[]> {
  const references = referencesIn(facts);
  const members = references.length > 0 ? await lockReferences(client, references) : new Map<string, Members>();
  const taught = references.filter((reference) => Object.keys(reference.members).length > 0);
  const waiting = taught.length > 0 ? await waitingFor(client, taught) : [];

  const named = facts.flatMap(({ of, fact }) => (of ? [{ of, fact, id: identityKey(of) }] : []));
  const arrived = sorted(
    facts.filter(({ of }) => !of).map(({ fact }) => fact),
    members,
  );
  const returned = sorted(waiting, members);
  await keepWaiting(
    client,
    arrived.orphans.map((fact) => ({ fact })),
  );
  if (returned.owned.length > 0) await release(client, returned.owned);
  return [...named, ...arrived.owned, ...returned.owned];
}

function sorted(facts: readonly KeptFact[], known: Known): { owned: KnownFact[]; orphans: KeptFact[] } {
  const owned: KnownFact[] = [];
  const orphans: KeptFact[] = [];
  for (const fact of facts) {
    const reference = referenceOf(fact);
    const id = reference && ownerOf(fact, known.get(referenceKey(reference)));
    if (id) owned.push({ of: undefined, fact, id });
    else orphans.push(fact);
  }
  return { owned, orphans };
}

async function lockReferences(
  client: PoolClient,
  references: readonly (Reference & { members: Members })[],
): Promise<Known> {
  const { rows } = await client.query<Reference & { members: Members }>(
    `INSERT INTO reporting.provider_reference AS known (provider, provider_message_id, members)
     SELECT provider, "providerMessageId", members
       FROM unnest($1::text[], $2::text[], $3::jsonb[]) AS r(provider, "providerMessageId", members)
      ORDER BY 1, 2
     ON CONFLICT (provider, provider_message_id) DO UPDATE SET members = excluded.members || known.members
     RETURNING provider, provider_message_id AS "providerMessageId", members`,
    [
      ...columnsOf(references, 'provider', 'providerMessageId'),
      references.map(({ members }) => JSON.stringify(members)),
    ],
  );
  return new Map(rows.map((row) => [referenceKey(row), row.members]));
}

async function waitingFor(client: PoolClient, references: readonly Reference[]): Promise<KeptFact[]> {
  const { rows } = await client.query<{ fact: KeptFact }>(
    `SELECT o.fact
       FROM unnest($1::text[], $2::text[]) AS r(provider, provider_message_id)
       JOIN reporting.orphan o USING (provider, provider_message_id)`,
    columnsOf(references, 'provider', 'providerMessageId'),
  );
  return rows.map((row) => row.fact);
}
