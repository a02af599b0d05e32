import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Channel, channelRegistry, type FieldError, InvalidConfiguration, type TemplateRef } from '#libs/contracts';
import type { FileProblem } from './markup.ts';
import { namesIn, SHARED } from './source.ts';
import { type Content, contentFaults, loadVersion, type Version } from './version.ts';

export type Rendering =
  | { rendered: true; version: string; content: Content }
  /** `gone`: a version that an earlier hop was rendered with is no longer there. */
  | { rendered: false; gone: boolean; faults: FieldError[] };

export interface TemplateInfo {
  name: string;
  version: string;
  newest: boolean;
  channels: readonly Channel[];
  declaration: Version['declaration'];
}

type TemplateOwner = (name: string) => string | undefined;

const nobody: TemplateOwner = () => undefined;

function nameProblem(name: string, owner: string | undefined): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name))
    return 'is no name of a template: up to 64 of a-z, 0-9 and -, beginning with a letter';
  return owner === undefined ? undefined : `is no name of a template: requests mean one of ${owner} by it`;
}

/** The templates in `TEMPLATES_DIR`, checked and compiled: `<name>/<version>/`. */
export class Templates {
  private readonly byName: ReadonlyMap<string, ReadonlyMap<string, Version>>;

  private constructor(byName: ReadonlyMap<string, ReadonlyMap<string, Version>>) {
    this.byName = byName;
  }

  /**
   * @param channels whose content is compiled
   * @param ownerOf the provider whose own templates have such a name; undefined: none has
   * @throws InvalidConfiguration with file, line and text of every error
   */
  static async load(
    folder: string,
    channels: readonly Channel[] = Channel.options,
    ownerOf: TemplateOwner = nobody,
  ): Promise<Templates> {
    const { templates, problems } = await Templates.inspect(folder, channels, ownerOf);
    if (problems.length === 0) return templates;
    throw new InvalidConfiguration(
      `the templates in TEMPLATES_DIR have ${problems.length} problem(s):\n  - ${problems.join('\n  - ')}`,
    );
  }

  /** All valid templates and all errors, as `file:line: text`. */
  static async inspect(
    directory: string,
    channels: readonly Channel[] = Channel.options,
    ownerOf: TemplateOwner = nobody,
  ): Promise<{ templates: Templates; problems: string[] }> {
    const folder = resolve(directory);
    if (!existsSync(folder))
      return {
        templates: new Templates(new Map()),
        problems: [`the folder ${directory} is not there (an empty one will do)`],
      };
    const byName = new Map<string, Map<string, Version>>();
    const problems: FileProblem[] = [];
    for (const name of namesIn(folder).filter((entry) => entry !== SHARED)) {
      const versions = new Map<string, Version>();
      byName.set(name, versions);
      const what = nameProblem(name, ownerOf(name));
      if (what !== undefined) problems.push({ file: join(folder, name), what });
      for (const number of versionFolders(join(folder, name), problems)) {
        const loaded = await loadVersion(join(folder, name, number), folder, channels);
        problems.push(...loaded.problems);
        if (loaded.version) versions.set(number, loaded.version);
      }
    }
    const reported = problems.map(
      ({ file, line, what }) => `${relative(folder, file)}${line === undefined ? '' : `:${line}`}: ${what}`,
    );
    return { templates: new Templates(byName), problems: [...new Set(reported)] };
  }

  list(): TemplateInfo[] {
    return [...this.byName].flatMap(([name, versions]) =>
      [...versions].map(([version, { channels, declaration }]) => ({
        name,
        version,
        newest: version === newestOf(versions),
        channels,
        declaration,
      })),
    );
  }

  /**
   * @param pinned the version with which an earlier hop of the message was rendered
   * @returns the content, or the field errors of the request
   */
  render(channel: Channel, { name, version: wanted, variables }: TemplateRef, pinned?: string): Rendering {
    const versions = this.byName.get(name);
    const number = pinned ?? wanted ?? (versions && newestOf(versions));
    const version = versions?.get(number ?? '');
    if (!version || number === undefined) return absent(versions, pinned !== undefined);
    if (!version.channels.includes(channel))
      return refused([
        {
          field: 'template.name',
          rule: `names a template that has no ${channelRegistry[channel].label} content`,
        },
      ]);
    const fitted = version.fit(variables);
    if (!fitted.fits) return refused(fitted.faults);
    const content = version.render(channel, fitted.values);
    const faults = contentFaults(content).map((rule) => ({ field: 'template.variables', rule }));
    return faults.length > 0 ? refused(faults) : { rendered: true, version: number, content };
  }
}

const refused = (faults: FieldError[]): Rendering => ({ rendered: false, gone: false, faults });

function absent(versions: ReadonlyMap<string, Version> | undefined, gone: boolean): Rendering {
  const known = [...(versions?.keys() ?? [])].join(', ');
  const fault = versions
    ? { field: 'template.version', rule: `does not exist: there are ${known || 'none'}` }
    : {
        field: 'template.name',
        rule: 'names no template in TEMPLATES_DIR (a provider’s own is written <provider>:<its id there>)',
      };
  return { rendered: false, gone, faults: [fault] };
}

/** In ascending order. */
function versionFolders(folder: string, problems: FileProblem[]): string[] {
  const names = namesInFolder(folder);
  const [numbers, others] = [names.filter((name) => isVersion(name)), names.filter((name) => !isVersion(name))];
  for (const name of others)
    problems.push({ file: join(folder, name), what: 'is no version: versions are folders named 1, 2, 3 …' });
  if (names.length === 0) problems.push({ file: folder, what: 'has no version: put the files into a folder named 1' });
  return numbers.sort((a, b) => Number(a) - Number(b));
}

function namesInFolder(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch {
    return [];
  }
}

const isVersion = (name: string) => /^[1-9]\d{0,8}$/.test(name);
const newestOf = (versions: ReadonlyMap<string, Version>): string | undefined => [...versions.keys()].at(-1);
