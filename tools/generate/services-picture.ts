import { type Party, type Topic, topics } from '#libs/contracts';

/** Who writes to whom, and on which topics, as a Mermaid picture. Topics with lanes stand for all of theirs. */
export function servicesPicture(all: readonly Topic[] = Object.values<Topic>(topics)): string {
  const current = all.filter((topic) => !topic.coming);
  const parties = [...new Set(current.flatMap(({ from, to }) => [...from, ...to]))];
  const between = new Map<string, { from: Party; to: Party; names: string[] }>();
  for (const topic of current)
    for (const from of topic.from)
      for (const to of topic.to) {
        const key = `${from} ${to}`;
        const arrow = between.get(key) ?? { from, to, names: [] };
        between.set(key, { ...arrow, names: [...arrow.names, topic.name] });
      }
  return [
    'flowchart LR',
    ...parties.map((party) => `  ${party}([${party}])`),
    ...[...between.values()].map(({ from, to, names }) => `  ${from} -- "${names.join('<br/>')}" --> ${to}`),
  ].join('\n');
}
