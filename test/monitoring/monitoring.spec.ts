import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counters, gauges, histograms, type InstrumentRow } from '#libs/telemetry';
import { describe, expect, it } from '@jest/globals';
import { dashboard } from '../../tools/monitoring/dashboard.ts';
import { recordingRules } from '../../tools/monitoring/recording-rules.ts';
import { alerts } from '../../tools/monitoring/write.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'deploy', 'monitoring');
const files = (pattern: string) => globSync(pattern, { cwd: folder });
const run = (program: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout + stderr };
};
const isThere = (program: string) => spawnSync(program, ['--version']).error === undefined;
/** Where the programs are: Debian's packages prometheus and prometheus-alertmanager. Skipped elsewhere. */
const withPromtool = isThere('promtool') ? it : it.skip;
const withAmtool = isThere('amtool') ? it : it.skip;

const rows: InstrumentRow[] = [...Object.values(counters), ...Object.values(histograms), ...Object.values(gauges)];
const nameOf = ({ name }: InstrumentRow) => name.replaceAll(/\W/g, '_');
const isOurs = (series: string) =>
  rows.some((row) => {
    const rest = series.startsWith(nameOf(row)) ? series.slice(nameOf(row).length) : undefined;
    return rest !== undefined && /^(?:_seconds|_bytes|_ratio)?(?:_total|_bucket|_sum|_count)?$/.test(rest);
  });
const labels = new Set(rows.flatMap((row) => Object.keys(row.labels)).map((label) => label.replaceAll(/\W/g, '_')));
const recorded = new Set(recordingRules.map(({ record }) => record));
interface Panel {
  type: string;
  title?: string;
  description?: string;
  datasource?: { uid: string };
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { expr: string; datasource?: { uid: string }; refId?: string }[];
  panels?: Panel[];
}
const drawn = dashboard() as { templating: { list: { name: string; type: string }[] }; panels: Panel[] };
const panels = drawn.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).filter(({ type }) => type !== 'row');
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const expressions = [...[...alerts, ...recordingRules].map(({ expr }) => expr), ...queries];

describe('the dashboard for Grafana', () => {
  // The rules of Grafana's dashboard linter.
  it('lets its reader choose data source, job and instance', () => {
    expect(drawn.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['job', 'query'],
      ['instance', 'query'],
    ]);
  });

  it('has panels with title, meaning and unit, whose queries ask the chosen source for the chosen replicas', () => {
    expect(panels.length).toBeGreaterThan(12);
    for (const { title, description, datasource, fieldConfig, targets = [] } of panels) {
      expect([title, description]).toEqual([expect.stringMatching(/./), expect.stringMatching(/\.$/)]);
      expect([title, datasource?.uid, fieldConfig?.defaults.unit]).toEqual([title, '$datasource', expect.any(String)]);
      expect(targets.length).toBeGreaterThan(0);
      for (const target of targets) {
        expect([target.expr, target.datasource?.uid]).toEqual([target.expr, '$datasource']);
        expect(target.expr).toContain('job=~"$job",instance=~"$instance"');
        expect(target.expr).not.toMatch(/\[(?!\$__rate_interval\])/);
      }
    }
  });

  withPromtool('asks in valid PromQL', () => {
    const place = mkdtempSync(join(tmpdir(), 'dashboard-'));
    try {
      const rules = queries.map((expr, at) => ({ record: `panel_${at}:x:y`, expr: filledIn(expr) }));
      writeFileSync(join(place, 'panels.yml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }));
      const { status, output } = run('promtool', 'check', 'rules', join(place, 'panels.yml'));
      expect([status, output]).toEqual([0, expect.stringContaining(`${queries.length} rules found`)]);
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});

const filledIn = (expr: string) =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll('$job', '.+').replaceAll('$instance', '.+');

describe('the rules and alerts for Prometheus', () => {
  it('ask only for metrics, labels and recorded series that there are', () => {
    for (const expr of expressions) {
      const series = expr.replaceAll(/"[^"]*"/g, '').match(/\b(?:mi|nodejs|v8js|process)_\w+(?=[{[\s),]|$)/g) ?? [];
      const named = series.filter((name) => !labels.has(name));
      expect([expr, named.filter((name) => !isOurs(name))]).toEqual([expr, []]);
      const ofRules = expr.match(/\b\w+:\w+:\w+/g) ?? [];
      expect([expr, ofRules.filter((name) => !recorded.has(name))]).toEqual([expr, []]);
      const matched = [...expr.matchAll(/[{,](\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!);
      const known = (label: string) => labels.has(label) || ['le', 'service_name', 'job', 'instance'].includes(label);
      expect([expr, matched.filter((label) => !known(label))]).toEqual([expr, []]);
    }
  });

  it('have a page for each alert, which says what it means, where to look and what to do', () => {
    for (const { name, runbook } of alerts) {
      const page = readFileSync(join(root, 'docs', 'runbooks', `${name}.md`), 'utf8');
      for (const text of [runbook.means, ...runbook.look, ...runbook.act]) expect(page).toContain(text);
      expect([name, runbook.look.length > 0, runbook.act.length > 0]).toEqual([name, true, true]);
    }
  });

  it('are named as Prometheus’s mixins are, and tell alerts of one name apart by their labels', () => {
    for (const { name, summary } of alerts) {
      expect(name).toMatch(/^Messaging[A-Z]\w+$/);
      expect(summary).not.toMatch(/\{\{/);
    }
    const names = alerts.map(({ name, severity, labels: more }) => JSON.stringify([name, severity, more]));
    expect(names.length).toBe(new Set(names).size);
    expect(existsSync(join(folder, 'alertmanager.yml'))).toBe(true);
  });

  withPromtool('are valid', () => {
    const { status, output } = run('promtool', 'check', 'rules', ...files('{rules,alerts}/*.yml'));
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
    expect(run('promtool', 'check', 'config', '--syntax-only', 'prometheus.yml').status).toBe(0);
  });

  withPromtool('fire where the histories in tests/ say so, and nowhere else', () => {
    const { status, output } = run('promtool', 'test', 'rules', ...files('tests/*.yml'));
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  withAmtool('reach their receivers', () => {
    const { status, output } = run('amtool', 'check-config', 'alertmanager.yml');
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
    const routeOf = (...matchers: string[]) =>
      run('amtool', 'config', 'routes', 'test', '--config.file=alertmanager.yml', ...matchers).output;
    expect(routeOf('severity=critical')).toMatch(/^on-call$/m);
    expect(routeOf('severity=warning')).toMatch(/^people$/m);
  });
});
