/** Figures as people read them: one a line, nested ones by their path. */
export function tableOf(figures: object): string {
  const rows = flat(figures);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function flat(value: object, path: readonly string[] = []): [string, string][] {
  return Object.entries(value).flatMap(([name, item]: [string, unknown]): [string, string][] => {
    const here = [...path, name];
    if (typeof item === 'object' && item !== null) return flat(item, here);
    return [[here.join('.'), shown(item)]];
  });
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'not measured';
  return typeof value === 'number'
    ? value.toLocaleString('en', { maximumFractionDigits: 3 }).padStart(12)
    : String(value as string);
}
