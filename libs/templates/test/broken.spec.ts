import { InvalidConfiguration } from '#libs/contracts';
import { Templates } from '../src/index.ts';
import { describe, expect, it } from '@jest/globals';
import { aFolder, aVersion, mjml, plain, yaml } from './folder.ts';

const text = (source: string) => ({ ...plain, 'text.hbs': source });
const html = (inside: string) => ({ ...plain, 'html.mjml': mjml(inside) });
const declared = (lines: string) => ({ ...plain, 'template.yaml': lines });

/** The error → the version's files → the expected message. */
const broken: [string, Record<string, string>, RegExp][] = [
  ['a block that is never closed', text('a\n{{#if note}}\nb'), /^t\/1\/text\.hbs:3: is not well formed/],
  ['an expression that is cut off', text('a\n{{name'), /^t\/1\/text\.hbs:2: is not well formed/],
  [
    'an unknown helper',
    text('a\nb {{upper name}}'),
    /^t\/1\/text\.hbs:2: the helper upper does not exist: there are if, unless and each/,
  ],
  ['an unknown block helper', text('{{#with note}}x{{/with}}'), /^t\/1\/text\.hbs:1: the helper with does not exist/],
  ['a partial', text('{{> footer}}'), /^t\/1\/text\.hbs:1: partials and decorators cannot be used/],
  ['an undeclared variable', text('a\n\n{{nmae}}'), /^t\/1\/text\.hbs:3: the variable nmae is not declared/],
  [
    'a way to the prototype',
    text('{{name.constructor}}'),
    /^t\/1\/text\.hbs:1: the variable name\.constructor is not declared/,
  ],
  [
    'an undeclared field in a list',
    text('{{#each things}}{{name}}{{/each}}'),
    /^t\/1\/text\.hbs:1: the variable name is not declared/,
  ],
  [
    'an option that would leave a gap',
    text('{{name}}\n{{note}}'),
    /^t\/1\/text\.hbs:2: note is optional and would leave a gap: put it into \{\{#if note\}\}/,
  ],
  [
    'an option in the wrong branch',
    text('{{#if note}}x{{else}}{{note}}{{/if}}'),
    /^t\/1\/text\.hbs:1: note is optional/,
  ],
  ['a list shown as a value', text('{{#if things}}{{things}}{{/if}}'), /^t\/1\/text\.hbs:1: things is a list/],
  ['a loop over something that is no list', text('{{#each name}}x{{/each}}'), /^t\/1\/text\.hbs:1: name is no list/],
  [
    'a subject that may break into two lines',
    { ...plain, 'subject.hbs': 'Hello {{#if note}}{{note}}{{/if}}' },
    /^t\/1\/subject\.hbs:1: note may hold line breaks/,
  ],
  [
    'a subject of two lines',
    { ...plain, 'subject.hbs': 'Hello\n{{name}}' },
    /^t\/1\/subject\.hbs:2: a subject is one line/,
  ],
  [
    'HTML that is not escaped',
    html('<mj-text>{{{name}}}</mj-text>'),
    /^t\/1\/html\.mjml:4: \{\{\{name\}\}\} would leave HTML unescaped/,
  ],
  [
    'HTML that is not escaped, the short way',
    html('<mj-text>{{& name}}</mj-text>'),
    /^t\/1\/html\.mjml:4: .*unescaped/,
  ],
  [
    'an element that MJML does not know',
    html('<mj-txt>{{name}}</mj-txt>'),
    /^t\/1\/html\.mjml:4: Element mj-txt doesn't exist/,
  ],
  [
    'an attribute that MJML does not know',
    html('<mj-text colour="red">{{name}}</mj-text>'),
    /^t\/1\/html\.mjml:4: Attribute colour is illegal/,
  ],
  [
    'an expression that MJML drops',
    html('<mj-text>a</mj-text>\n{{#if note}}\n<mj-text>{{note}}</mj-text>\n{{/if}}'),
    /^t\/1\/html\.mjml:5: \{\{#if note\}\} stands where MJML drops it/,
  ],
  [
    'a value in a style',
    html('<mj-text><b style="color:{{name}}">a</b></mj-text>'),
    /^t\/1\/html\.mjml:4: \{\{name\}\} stands in the attribute style/,
  ],
  [
    'a value in an event',
    html('<mj-text><b onclick="{{name}}">a</b></mj-text>'),
    /^t\/1\/html\.mjml:4: \{\{name\}\} stands in the attribute onclick/,
  ],
  [
    'a value outside of quotes',
    html('<mj-text><b title={{name}}>a</b></mj-text>'),
    /^t\/1\/html\.mjml:4: \{\{name\}\} stands in a tag, outside of a quoted attribute/,
  ],
  [
    'a value as a tag',
    html('<mj-text><b {{name}}>a</b></mj-text>'),
    /^t\/1\/html\.mjml:4: \{\{name\}\} stands in a tag/,
  ],
  [
    'an address that is no address',
    html('<mj-button href="{{name}}">a</mj-button>'),
    /^t\/1\/html\.mjml:4: \{\{name\}\} is the whole address of href: it must be one variable of type url/,
  ],
  [
    'a file that is included and not there',
    html('<mj-include path="./none.mjml" />'),
    /^t\/1\/html\.mjml:4: includes a file that is not there/,
  ],
  [
    'a file that is included from elsewhere',
    html('<mj-include path="../../../../etc/passwd" type="html" />'),
    /^t\/1\/html\.mjml:4: may include files of its own folder and of _shared only/,
  ],
  ['a file that is no part', { ...plain, 'subjct.hbs': 'x' }, /^t\/1\/subjct\.hbs: is no part of a template/],
  ['an e-mail without text', { 'subject.hbs': 'x' }, /^t\/1\/text\.hbs: is missing/],
  ['no content at all', {}, /^t\/1: has no content/],
  ['YAML that is none', declared('description: a\nvariables: [\n'), /^t\/1\/template\.yaml:\d+: is no YAML/],
  [
    'a variable of an unknown type',
    declared(yaml.replace('type: url', 'type: uri')),
    /^t\/1\/template\.yaml:5: variables\.link\.type: /,
  ],
  [
    'a word in the declaration that means nothing',
    declared(yaml.replace('type: url, required: false', 'type: url, optional: true')),
    /^t\/1\/template\.yaml:5: variables\.link: Unrecognized key/,
  ],
  [
    'a variable without an example',
    declared(yaml.replace(', example: Ada', '')),
    /^t\/1\/template\.yaml:3: variables\.name\.example: /,
  ],
  [
    'an example that does not fit',
    declared(yaml.replace('https://example.org/a', 'nowhere')),
    /^t\/1\/template\.yaml: the example of link must be an http\(s\) address/,
  ],
  [
    'a variable whose name Handlebars keeps for itself',
    declared(yaml.replace('  note:', '  each:')),
    /^t\/1\/template\.yaml:4: variables\.each: /,
  ],
];

describe('a broken template', () => {
  it.each(broken)('is found at start: %s', async (_, files, reported) => {
    const { problems } = await Templates.inspect(aFolder(aVersion('t', 1, files)));
    expect(problems).toEqual([expect.stringMatching(reported), ...problems.slice(1)]);
  });

  it('stops the start with every error, by file and line', async () => {
    const folder = aFolder({ ...aVersion('a', 1, text('{{nmae}}')), ...aVersion('b', 2, text('\n{{#if note}}')) });
    const start = Templates.load(folder);
    await expect(start).rejects.toThrow(InvalidConfiguration);
    await expect(start).rejects.toThrow(/2 problem\(s\):\n {2}- a\/1\/text\.hbs:1: .*\n {2}- b\/2\/text\.hbs:2: /);
  });

  it.each([
    [
      'a name that a provider’s own templates have',
      'theirs-1/1',
      /^theirs-1: .*: requests mean one of provider by it$/,
    ],
    ['a name in capitals', 'Welcome/1', /^Welcome: is no name of a template/],
    ['a version that is no number', 'welcome/v1', /^welcome\/v1: is no version/],
  ])('is found at start: %s', async (_, path, reported) => {
    const files = Object.fromEntries(
      Object.entries({ ...plain, 'template.yaml': yaml }).map(([name, content]) => [`${path}/${name}`, content]),
    );
    const ownerOf = (name: string) => (name.startsWith('theirs-') ? 'provider' : undefined);
    const { problems } = await Templates.inspect(aFolder(files), undefined, ownerOf);
    expect(problems[0]).toMatch(reported);
  });

  it('is found in a shared file, too, under that file’s name', async () => {
    const files = {
      ...aVersion('t', 1, html('<mj-include path="../../_shared/foot.mjml" />')),
      '_shared/foot.mjml': '<mj-section><mj-column>\n<mj-text>{{nmae}}</mj-text></mj-column></mj-section>',
    };
    const { problems } = await Templates.inspect(aFolder(files));
    expect(problems).toEqual(['_shared/foot.mjml:2: the variable nmae is not declared in template.yaml']);
  });

  it('of e-mail does not stop the start of SMS', async () => {
    const folder = aFolder(aVersion('t', 1, { ...text('{{nmae}}'), 'sms.hbs': '{{name}}' }));
    expect(
      (await Templates.load(folder, ['sms'])).render('sms', { name: 't', variables: { name: 'Ada' } }),
    ).toMatchObject({ content: { body: 'Ada' } });
  });

  it('is an error where the folder does not exist', async () => {
    await expect(Templates.load('/nowhere/at/all')).rejects.toThrow('the folder /nowhere/at/all is not there');
  });
});
