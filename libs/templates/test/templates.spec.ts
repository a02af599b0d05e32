import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { examplesOf, type Rendering, Templates } from '../src/index.ts';
import { aFolder, aVersion, mjml, plain, yaml } from './folder.ts';

const page = mjml(
  '<mj-text>Hello {{name}}{{#if note}}: {{note}}{{/if}}</mj-text>\n<mj-table>{{#each things}}<tr><td>{{@index}} ' +
    '{{title}} for {{../name}}</td></tr>{{else}}<tr><td>nothing</td></tr>{{/each}}</mj-table>',
);

let templates: Templates;
beforeAll(async () => {
  templates = await Templates.load(
    aFolder({
      ...aVersion('greeting', 1, { ...plain, 'html.mjml': page, 'sms.hbs': '{{name}}!\n' }),
      ...aVersion('greeting', 2, { ...plain, 'subject.hbs': 'Good day {{name}}' }),
      ...aVersion('greeting', 10, { ...plain, 'subject.hbs': 'Good evening {{name}}' }),
      ...aVersion('code', 1, {
        'sms.hbs': '{{name}}: {{#if things}}{{#each things}}{{title}} {{/each}}{{else}}none{{/if}}',
      }),
      ...aVersion('standard', 1, {
        'template.yaml': yaml.replace(
          'required: false, description: A word.',
          'default: nothing, description: A word.',
        ),
        'sms.hbs': '{{note}}',
      }),
    }),
  );
});

const given = (variables: Record<string, unknown>, more: { name?: string; version?: string } = {}) => ({
  name: 'greeting',
  version: '1',
  ...more,
  variables,
});
const faultsOf = (rendering: Rendering) =>
  rendering.rendered ? [] : rendering.faults.map(({ field, rule }) => `${field} ${rule}`);
const contentOf = (rendering: Rendering) => {
  if (!rendering.rendered) throw new Error(faultsOf(rendering).join('; '));
  return rendering.content;
};

describe('a message from a template', () => {
  it('has subject, text and HTML, with the variables escaped in HTML only', () => {
    const { subject, text, html } = contentOf(templates.render('email', given({ name: 'Ada & <b>Co</b>' })));
    expect([subject, text]).toEqual(['Hello Ada & <b>Co</b>', 'Hello Ada & <b>Co</b>.']);
    expect(html).toContain('Hello Ada &amp; &lt;b&gt;Co&lt;/b&gt;');
    expect(html).not.toContain('<b>Co');
  });

  it('is plain text as an SMS', () => {
    expect(contentOf(templates.render('sms', given({ name: "O'Hara & Söhne" })))).toEqual({ body: "O'Hara & Söhne!" });
  });

  it('repeats the items of a list, and shows another text where there are none', () => {
    const withTwo = contentOf(
      templates.render('email', given({ name: 'Ada', things: [{ title: 'Gear' }, { title: 'Card', price: 2 }] })),
    );
    expect(withTwo.html).toMatch(/0 Gear for Ada.*1 Card for Ada/s);
    expect(contentOf(templates.render('email', given({ name: 'Ada' }))).html).toContain('nothing');
  });

  it('takes the default of a variable that is not given', () => {
    expect(contentOf(templates.render('sms', { name: 'standard', variables: { name: 'Ada' } }))).toEqual({
      body: 'nothing',
    });
  });

  it('treats null for an optional variable as if it were missing', () => {
    expect(contentOf(templates.render('sms', { name: 'standard', variables: { name: 'Ada', note: null } }))).toEqual({
      body: 'nothing',
    });
    const { html } = contentOf(
      templates.render('email', given({ name: 'Ada', note: null, things: [{ title: 'Gear', price: null }] })),
    );
    expect(html).toMatch(/0 Gear for Ada/);
  });

  it('uses the highest version where none is requested', () => {
    expect(templates.render('email', { name: 'greeting', variables: { name: 'Ada' } })).toMatchObject({
      version: '10',
      content: { subject: 'Good evening Ada' },
    });
  });

  it('keeps the version of an earlier hop, whatever is newest or requested', () => {
    expect(templates.render('email', given({ name: 'Ada' }, { version: '10' }), '2')).toMatchObject({
      version: '2',
      content: { subject: 'Good day Ada' },
    });
  });

  it('distinguishes a version that was removed from one that never existed', () => {
    expect(templates.render('email', given({ name: 'Ada' }), '7')).toMatchObject({ rendered: false, gone: true });
    expect(templates.render('email', given({ name: 'Ada' }, { version: '7' }))).toMatchObject({
      rendered: false,
      gone: false,
    });
  });
});

describe('a message that does not fit its template', () => {
  it.each([
    ['a variable that is missing', given({}), 'template.variables.name is missing'],
    ['an empty one', given({ name: '' }), 'template.variables.name must not be empty'],
    ['one of another type', given({ name: 7 }), 'template.variables.name must be text'],
    [
      'a line break where one line is declared',
      given({ name: 'Ada\r\nBcc: eve@inbox.test' }),
      'template.variables.name must be one line',
    ],
    [
      'a line separator where one line is declared',
      given({ name: 'Ada\u2028Bcc' }),
      'template.variables.name must be one line',
    ],
    ['null for one that is required', given({ name: null }), 'template.variables.name must be text'],
    [
      'a control character of the second set',
      given({ name: 'Ada', note: 'a\u0085' }),
      'template.variables.note must not contain control characters',
    ],
    [
      'a control character',
      given({ name: 'Ada', note: 'a\u0000' }),
      'template.variables.note must not contain control characters',
    ],
    [
      'an address that would run code',
      given({ name: 'Ada', link: 'javascript:alert(1)' }),
      'template.variables.link must be an http(s) address',
    ],
    [
      'one that nobody declared',
      given({ name: 'Ada', nmae: 'Ada' }),
      'template.variables.nmae is not declared by the template',
    ],
    [
      'one that JavaScript knows',
      given({ name: 'Ada', constructor: 'x' }),
      'template.variables.constructor is not declared by the template',
    ],
    [
      'a field missing in an item',
      given({ name: 'Ada', things: [{ title: 'a' }, {}] }),
      'template.variables.things[1].title is missing',
    ],
    [
      'an undeclared field in an item',
      given({ name: 'Ada', things: [{ title: 'a', cost: 2 }] }),
      'template.variables.things[0].cost is not declared by the template',
    ],
    [
      'text that is too long',
      given({ name: 'x'.repeat(1_001) }),
      'template.variables.name may have at most 1000 characters',
    ],
    [
      'an unknown version',
      given({ name: 'Ada' }, { version: '3' }),
      'template.version does not exist: there are 1, 2, 10',
    ],
    [
      'an unknown template',
      given({ name: 'Ada' }, { name: 'nobody' }),
      'template.name names no template in TEMPLATES_DIR (a provider’s own is written <provider>:<its id there>)',
    ],
    [
      'a template of the other channel',
      given({ name: 'Ada' }, { name: 'code' }),
      'template.name names a template that has no e-mail content',
    ],
  ])('is refused for %s', (_, ref, fault) => expect(faultsOf(templates.render('email', ref))).toEqual([fault]));

  it('is refused with all errors at once', () => {
    expect(faultsOf(templates.render('email', given({ note: 7, link: 'x' })))).toHaveLength(3);
  });

  it('is refused when the SMS would be longer than any provider accepts', () => {
    const things = Array.from({ length: 20 }, () => ({ title: 'x'.repeat(100) }));
    expect(faultsOf(templates.render('sms', given({ name: 'Ada', things }, { name: 'code' })))).toEqual([
      'template.variables makes a body of more than 1600 characters',
    ]);
  });
});

describe('the templates in this repository', () => {
  it('are valid, and can be rendered with their examples', async () => {
    const ours = await Templates.load(join(import.meta.dirname, '../../../templates'));
    const made = ours
      .list()
      .flatMap(({ name, version, channels, declaration }) =>
        channels.map(
          (channel) =>
            `${name} ${channel} ` +
            `${ours.render(channel, { name, version, variables: examplesOf(declaration) }).rendered}`,
        ),
      );
    expect(made).toEqual([
      'login-code email true',
      'login-code sms true',
      'order-shipped email true',
      'order-shipped sms true',
      'welcome email true',
    ]);
  });
});
