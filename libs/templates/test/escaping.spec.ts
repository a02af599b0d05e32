import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { Templates } from '../src/index.ts';
import { aFolder, aVersion, mjml, plain } from './folder.ts';

const page = mjml(
  [
    '<mj-text><p id="here" title="for {{name}}" data-note=\'{{#if note}}{{note}}{{/if}}\'>{{name}}</p></mj-text>',
    '<mj-button href="https://example.org/?q={{name}}">a</mj-button>',
    '<mj-raw>{{#if link}}</mj-raw><mj-button css-class="linked" href="{{link}}">b</mj-button><mj-raw>{{/if}}</mj-raw>',
    '<mj-table>{{#each things}}<tr><td class="thing">{{title}}</td></tr>{{/each}}</mj-table>',
  ].join('\n'),
);

let templates: Templates;
beforeAll(async () => {
  templates = await Templates.load(aFolder(aVersion('t', 1, { ...plain, 'html.mjml': page })), ['email']);
});

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

function* elementsOf(nodes: readonly Node[]): Generator<Element> {
  for (const node of nodes) {
    if (!('tagName' in node)) continue;
    yield node;
    yield* elementsOf(node.childNodes);
  }
}

/** Every element with the names of its attributes: the structure of the mail without its text. */
const shapeOf = (elements: readonly Element[]) =>
  elements.map(({ tagName, attrs }) => `${tagName} ${attrs.map(({ name }) => name).join(' ')}`);
const attributeOf = (element: Element | undefined, name: string) =>
  element?.attrs.find((attr) => attr.name === name)?.value;
const textOf = (element: Element | undefined) =>
  element?.childNodes.map((node) => ('value' in node ? node.value : '<element>')).join('');

function mailOf(name: string, note: string, link: string) {
  const rendering = templates.render('email', {
    name: 't',
    variables: { name, note, link, things: [{ title: name }] },
  });
  if (!rendering.rendered) throw new Error(JSON.stringify(rendering.faults));
  const elements = [...elementsOf(parse(rendering.content.html!).childNodes)];
  const having = (attribute: string, value: string) =>
    elements.find((element) => attributeOf(element, attribute) === value);
  return { ...rendering.content, elements, here: having('id', 'here'), thing: having('class', 'thing') };
}

const pieces = [
  '<script>',
  '</p>',
  '">',
  "'>",
  '"',
  "'",
  '`',
  '=',
  ' onload=x ',
  '&',
  '&lt;',
  '&#60;',
  '<!--',
  '-->',
  '<![endif]-->',
  '{{name}}',
  '{{{name}}}',
  '{{#each this}}',
  '\\',
  '/',
  '>',
  '<',
  ']]>',
  '\u2028',
  'é',
  '😀',
  'javascript:',
  '<style>',
  '</td></tr></table>',
  '%22',
];
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
);
// Without characters that a request refuses in one line. Leading and trailing blanks are ignored: a mail's text is
// trimmed.
const line = hostile.filter((text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) && text.trim() === text);
const address = hostile
  .map((text) => `https://example.org/${text.replace(/[\s"'<>\\^`{|}\u0000-\u001f]/g, '-')}`)
  .filter((text) => URL.canParse(text) && !/\s/.test(text));

describe('whatever a variable holds', () => {
  it('stays text: it adds no element and no attribute, and is read as it was given', () => {
    const innocent = shapeOf(mailOf('Ada', 'x', 'https://example.org/').elements);
    fc.assert(
      fc.property(line, line, address, (name, note, link) => {
        const mail = mailOf(name, note, link);
        expect(shapeOf(mail.elements)).toEqual(innocent);
        expect([
          attributeOf(mail.here, 'title'),
          attributeOf(mail.here, 'data-note'),
          textOf(mail.here),
          textOf(mail.thing),
        ]).toEqual([`for ${name}`, note, name, name]);
        expect(mail.elements.some((element) => attributeOf(element, 'href') === link)).toBe(true);
        expect(mail.text).toBe(`Hello ${name}.`);
        expect(mail.subject).toBe(`Hello ${name}`);
      }),
      { numRuns: 1_500 },
    );
  });

  it.each([
    ['https://example.org/?a=1&b=2==', 'href="https://example.org/?a=1&amp;b=2=="'],
    ['https://example.org/reset?token=abc=', 'href="https://example.org/reset?token=abc="'],
  ])('keeps the = of links, and escapes & < > " and the apostrophe only: %s', (link, written) => {
    const { html } = mailOf(`a=b\`c&<>"'`, 'x', link);
    expect(html).toContain(written);
    expect(html).toContain('>a=b`c&amp;&lt;&gt;&quot;&#39;</p>');
  });

  it('is caught where a template does not escape: the property can fail', () => {
    const unescaped = mailOf('Ada', 'x', 'https://example.org/').html!.replace('>Ada</p>', '><i>Ada</i></p>');
    expect(shapeOf([...elementsOf(parse(unescaped).childNodes)])).not.toEqual(
      shapeOf(mailOf('Ada', 'x', 'https://example.org/').elements),
    );
  });
});
