import { type Channel, type Lane, Lane as LaneName } from '#libs/contracts';
import { ProviderOrder } from '#libs/providers';
import type { ReadFile } from '#libs/runtime';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** By lane the providers of a channel in the order of preference; a lane without one keeps that of the settings. */
export type LaneOrders = Partial<Record<Lane, readonly string[]>>;

const LaneOfFile = z.looseObject({ providers: ProviderOrder.optional() }).nullish();

/** Of the policy file only what a channel follows: all else in it is retry's. */
const File = z.looseObject({
  lanes: z.looseObject({ urgent: LaneOfFile, transactional: LaneOfFile, bulk: LaneOfFile }),
});

/**
 * Reads the order of a channel's providers out of a policy file.
 * @param known the providers that the channel has, in use or not
 */
export function readOrders(text: string, channel: Channel, known: readonly string[]): ReadFile<LaneOrders> {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { problems: document.errors.map(({ message }) => `no YAML: ${message}`) };
  const read = File.safeParse(document.toJS() ?? {});
  if (!read.success)
    return {
      problems: read.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')),
    };
  const lanes = LaneName.options.map((lane) => [lane, read.data.lanes[lane]?.providers?.[channel]] as const);
  const problems = lanes.flatMap(([lane, order = []]) => [
    ...order
      .filter((name) => !known.includes(name))
      .map((name) => `lanes.${lane}.providers.${channel}: ${name} is none of ${known.join(', ')}`),
    ...(new Set(order).size < order.length ? [`lanes.${lane}.providers.${channel}: names one twice`] : []),
  ]);
  if (problems.length > 0) return { problems };
  return { value: Object.fromEntries(lanes.filter(([, order]) => order !== undefined)) as LaneOrders };
}

/** Providers in the order of a lane: those that it names first, then the others as they were. */
export function inOrder<P extends { name: string }>(
  providers: readonly P[],
  order: readonly string[] | undefined,
): readonly P[] {
  if (!order) return providers;
  const placeOf = ({ name }: P) => (order.includes(name) ? order.indexOf(name) : order.length);
  return providers.toSorted((a, b) => placeOf(a) - placeOf(b));
}
