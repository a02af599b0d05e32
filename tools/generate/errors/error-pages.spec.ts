import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  anchorOf,
  FailureCatalogue,
  ownFailure,
  platformFailures,
  platformProblems,
  remedyOf,
  sectionOf,
  unlistedPage,
} from '#libs/providers';
import { errorPages } from './error-pages.ts';
import { failureTables, type FailureTable } from './failure-tables.ts';

const root = join(import.meta.dirname, '..', '..', '..');

describe('the pages about error codes', () => {
  let tables: FailureTable[];
  let pages: Map<string, string>;
  beforeAll(() => {
    tables = failureTables();
    pages = errorPages(tables);
  });

  /** A section as `help` names it: from its heading to the next. */
  const sectionAt = (help: string, from = pages): string => {
    const [page, anchor] = help.split('#') as [string, string];
    const sections = from
      .get(page)!
      .split(/^(?=## )/m)
      .slice(1);
    return sections.find((section) => anchorOf(/^## (.*)$/m.exec(section)![1]!) === anchor)!;
  };
  const sections = (from = pages) =>
    [...from].flatMap(([page, text]) =>
      [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => {
        const help = `${page}#${anchorOf(heading!)}`;
        return { help, text: sectionAt(help, from) };
      }),
    );

  it('have a section for every code, and no other, and no page is left over', () => {
    const ofCodes = [
      ...tables.flatMap(({ provider, rows }) => rows.map(({ code }) => sectionOf(provider, code))),
      ...[...platformFailures, ...platformProblems].map(({ code }) => sectionOf('platform', code)),
    ];
    expect(
      sections()
        .map(({ help }) => help)
        .sort(),
    ).toEqual([...ofCodes, unlistedPage].sort());
    const onDisk = readdirSync(join(root, 'docs/errors')).map((file) => `docs/errors/${file}`);
    expect(onDisk.sort()).toEqual([...pages.keys()].sort());
  });

  it('are where a failure says they are', () => {
    for (const { provider, rows } of tables.filter((table) => table.provider !== 'network')) {
      const catalogue = new FailureCatalogue(provider, rows);
      for (const { code, meaning } of rows) {
        const failure = catalogue.failure([code]);
        expect(sectionAt(failure.help!)).toContain(`\`${code}\`\n`);
        expect(sectionAt(failure.help!)).toContain(meaning);
        expect(sectionAt(failure.help!)).toContain(failure.remedy);
      }
    }
    for (const { code } of [...platformFailures, ...tables.find((table) => table.provider === 'network')!.rows]) {
      const { help, remedy } = ownFailure(code, 'transient', 'never', 'It failed.');
      expect(sectionAt(help!)).toContain(`\`${code}\`\n`);
      if (platformFailures.some((row) => row.code === code && row.remedy)) expect(sectionAt(help!)).toContain(remedy);
    }
  });

  it('say what an unlisted code is taken for', () => {
    const { help, remedy } = new FailureCatalogue('twilio', []).failure(['99999'], { httpStatus: 403 });
    expect(help).toBe('docs/errors/README.md#unlisted-codes');
    expect(sectionAt(help!)).toContain(remedy);
  });

  it('are found through the index', () => {
    const index = pages.get('docs/errors/README.md')!;
    for (const page of pages.keys()) {
      if (page !== 'docs/errors/README.md') expect(index).toContain(`(${page.replace('docs/errors/', '')})`);
    }
  });

  it('promise another provider only where the channel has one', () => {
    const promising = sections()
      .filter(({ text }) => /another provider/.test(text))
      .map(({ help }) => help);
    expect(
      promising.filter((help) =>
        /twilio\.md|#msg_(no_sender|unsubscribe_missing|circuit_open|template_gone)$/.test(help),
      ),
    ).toEqual([]);
    expect(promising).toEqual(
      expect.arrayContaining([
        'docs/errors/sendgrid.md#http_403',
        'docs/errors/resend.md#daily_quota_exceeded',
        'docs/errors/network.md#econnrefused',
      ]),
    );
    const alone = errorPages(tables.filter(({ provider }) => provider !== 'resend'));
    expect(sectionAt('docs/errors/sendgrid.md#http_403', alone)).not.toMatch(/another provider/);
  });

  it('wait as long as the provider asked only for a code of the provider’s: a limit of ours ends when we say', () => {
    const waiting = sections()
      .filter(({ text }) => /the provider asked/.test(text))
      .map(({ help }) => help);
    expect(waiting.filter((help) => help.startsWith('docs/errors/platform.md'))).toEqual([]);
    expect(waiting).toEqual(
      expect.arrayContaining(['docs/errors/twilio.md#20429', 'docs/errors/sendgrid.md#http_429']),
    );
    expect(sectionAt('docs/errors/platform.md#msg_prefix_budget')).toContain('once the hour that is used up is over');
  });

  it('refuse two codes that would share an anchor', () => {
    const row = { code: 'a:b', kind: 'transient', retry: 'never', meaning: 'It failed.', source: 'test' } as const;
    const rows = [row, { ...row, code: 'ab' }];
    const somebody: FailureTable = { provider: 'somebody', label: 'Somebody', channel: 'email', file: 'x', rows };
    expect(() => errorPages([somebody])).toThrow('same anchor');
  });
});

describe('what the tables say', () => {
  it('are plain sentences', async () => {
    const rows = [...failureTables().flatMap((table) => table.rows), ...platformFailures];
    const said = [
      ...rows.flatMap((row) => [row.meaning, remedyOf(row)]),
      ...platformProblems.flatMap(({ meaning, remedy }) => [meaning, remedy]),
    ];
    expect(said.filter((text) => !/^[A-Z].+\.$/.test(text))).toEqual([]);
  });

  it('is taken from the provider’s own pages or our own runs, and from nobody else’s repository', async () => {
    const own: Record<string, RegExp> = {
      sendgrid:
        /^(https:\/\/(www\.twilio\.com\/docs\/sendgrid|(support\.|docs\.)?sendgrid\.com)\/|on no page of SendGrid’s)/,
      resend: /^(https:\/\/resend\.com\/docs\/|own run )/,
      twilio: /^(https:\/\/www\.twilio\.com\/docs\/api\/errors\/\d+|own run )/,
      network: /^own runs? /,
    };
    const tables = failureTables();
    const strange = tables.flatMap(({ provider, rows }) =>
      rows
        .filter(({ source }) => !own[provider]?.test(source) || /github|@[0-9a-f]{7}/.test(source))
        .map(({ code, source }) => ({ provider, code, source })),
    );
    expect(strange).toEqual([]);
    const twilio = tables.find(({ provider }) => provider === 'twilio')!;
    // A page is about one code: a copied row that keeps the page of another would lead astray.
    expect(
      twilio.rows.filter(
        ({ code, source }) =>
          source.startsWith('https:') && !source.startsWith(`https://www.twilio.com/docs/api/errors/${code}`),
      ),
    ).toEqual([]);
  });

  it('is suppressed only for good', async () => {
    const rows = failureTables().flatMap((table) => table.rows);
    expect(rows.filter((row) => row.suppress && row.retry !== 'never')).toEqual([]);
    expect(rows.filter((row) => row.suppressScope && !row.suppress)).toEqual([]);
  });
});

describe('the platform’s own codes', () => {
  const sources = ['apps', 'libs']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter(
      (file) =>
        /^[^/]+\/[^/]+\/src\/.*\.ts$/.test(file) && !file.endsWith('spec.ts') && !file.endsWith('platform.failures.ts'),
    )
    .map((file) => readFileSync(join(root, file), 'utf8'));
  const listed = [...platformFailures, ...platformProblems].map(({ code }) => code);

  it('stand in their table, each once, and none stands there that no service uses', () => {
    const used = new Set(sources.flatMap((source) => source.match(/(?<=')MSG_[A-Z_]+(?=')/g) ?? []));
    expect(listed.toSorted()).toEqual([...used].toSorted());
  });

  it('have the kind and the advice there that they have where they are used', () => {
    const calls = sources.flatMap((source) =>
      [...source.matchAll(/ownFailure\(\s*'(MSG_[A-Z_]+)',\s*'([\w-]+)',\s*'([\w-]+)'/g)].map(
        ([, code, kind, retry]) => ({ code, kind, retry }),
      ),
    );
    expect(calls.length).toBeGreaterThan(10);
    for (const { code, ...call } of calls) {
      const row = platformFailures.find((failure) => failure.code === code);
      expect({ code, kind: row?.kind, retry: row?.retry }).toEqual({ code, ...call });
    }
  });
});
