import { readFileSync } from 'node:fs';
import { Channel } from '#libs/contracts';
import { CliCommand, collect } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { UsageError } from '../errors.ts';
import type { PreviewOptions } from '../template/variables.ts';

const BROKEN = 1;
const trouble = 2;

/** The templates of TEMPLATES_DIR. */
export function templatesCommand(): CliCommand {
  const about = (name: string) =>
    new CliCommand(name).reads('TEMPLATES_DIR').exits({
      0: 'the templates are good',
      [BROKEN]: 'a template or its variables are not',
      2: 'wrong use, or there is no such folder',
    });
  return new CliCommand('templates')
    .description('Lists, checks and previews the templates of TEMPLATES_DIR (docs/templates.md).')
    .addCommand(
      about('list')
        .description('Lists every version, what it is for and what it takes.')
        .option('--json', 'as JSON')
        .example('templates list')
        .does(list, { trouble }),
    )
    .addCommand(
      about('check')
        .description('Checks every version against its variables and examples.')
        .option('--json', 'as JSON')
        .example('templates check')
        .does(check, { trouble }),
    )
    .addCommand(previewCommand(about('preview')));
}

const previewCommand = (command: CliCommand) =>
  command
    .description('Shows a template with the examples of its template.yaml.')
    .argument('<name>', 'the template')
    .option('--version <n>', 'an older version')
    .addOption(command.createOption('--channel <channel>', 'where it has both').choices(Channel.options))
    .option('--var <name=value>', 'over the example (repeatable)', collect)
    .option('--vars <file.json>', 'instead of the examples')
    .option('--out <file.html>', 'write the HTML there')
    .option('--open', 'show the HTML in a browser')
    .example('templates preview order-shipped --var name=Grace --open')
    .does(preview, { trouble });

async function inspect() {
  const { Templates, templateSettings } = await import('#libs/templates');
  const folder = templateSettings.TEMPLATES_DIR.parse(withEnvFile(process.env)['TEMPLATES_DIR'] || undefined);
  const [{ allProviders }, { templateOwner }] = await Promise.all([
    import('../catalogue.ts'),
    import('#libs/providers'),
  ]);
  const ownerOf = (name: string) => templateOwner(name, allProviders)?.provider;
  const { templates, problems } = await Templates.inspect(folder, undefined, ownerOf);
  for (const problem of problems) console.error(`${folder}/${problem}`);
  return { templates, problems };
}

async function list({ json }: { json?: boolean }): Promise<number> {
  const { listOf } = await import('../template/words.ts');
  const { templates, problems } = await inspect();
  console.log(json ? JSON.stringify({ templates: templates.list() }, null, 2) : listOf(templates.list()));
  return problems.length > 0 ? BROKEN : 0;
}

async function check({ json }: { json?: boolean }): Promise<number> {
  const { templates, problems } = await inspect();
  const good = templates.list().length;
  console.log(
    json
      ? JSON.stringify({ good, problems: problems.map(String) }, null, 2)
      : `${good} versions are good, ${problems.length} problem(s).`,
  );
  return problems.length > 0 ? BROKEN : 0;
}

async function preview(name: string, options: PreviewOptions): Promise<number> {
  const [{ examplesOf }, { variablesOf }, { show }] = await Promise.all([
    import('#libs/templates'),
    import('../template/variables.ts'),
    import('../template/preview.ts'),
  ]);
  const { templates } = await inspect();
  const { version } = options;
  const versions = templates.list().filter((info) => info.name === name);
  const info = versions.find((one) => (version === undefined ? one.newest : one.version === version));
  if (!info)
    throw versions.length > 0
      ? new UsageError(`${name} has the versions ${versions.map((one) => one.version).join(', ')}`)
      : new UsageError(`there is no template ${name}`, ['messaging templates list shows them']);
  const channel = options.channel ?? info.channels[0]!;
  const variables =
    variablesOf(options, info.declaration, (file) => readFileSync(file, 'utf8')) ?? examplesOf(info.declaration);
  const rendering = templates.render(channel, { name, version: info.version, variables });
  if (!rendering.rendered) {
    for (const { field, rule } of rendering.faults) console.error(`${field} ${rule}`);
    return BROKEN;
  }
  console.log(`${name} version ${rendering.version}, ${channel}\n`);
  show(rendering.content, options);
  return 0;
}
