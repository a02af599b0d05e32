/**
 * Lint rules that only this architecture needs (docs/architecture.md, Walls). Plain JavaScript: the linter loads it as
 * it is.
 */
import { retiredWords } from './retired-words.mjs';

/**
 * `new Date()`, `Date()` and `Date.now()` read the clock; `new Date(value)` and `Date.parse` only read their argument.
 */
function readsClock(node) {
  if (node.type === 'MemberExpression') return node.object.name === 'Date' && node.property.name === 'now';
  if (node.type === 'CallExpression') return node.callee.name === 'Date';
  return node.callee.name === 'Date' && node.arguments.length === 0;
}

const timeAsArgument = {
  meta: { type: 'problem', docs: { description: 'A policy is pure: the time comes in as an argument.' } },
  create(context) {
    const look = (node) => {
      if (readsClock(node))
        context.report({
          node,
          message: 'A policy is pure: take the time as an argument instead of reading the clock.',
        });
    };
    return { NewExpression: look, CallExpression: look, MemberExpression: look };
  },
};

/** `unconfirmedSince` → unconfirmed since; `MSG_NO_WAY_OUT` → msg no way out. */
const wordsOf = (name) =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_$]+/g, ' ')
    .trim()
    .toLowerCase();

function retiredIn(name) {
  const words = ` ${wordsOf(name)} `;
  return retiredWords.find(([word]) => words.includes(` ${word} `));
}

const wordsOfTheField = {
  meta: { type: 'suggestion', docs: { description: 'Names and error codes hold the words of docs/glossary.md.' } },
  create(context) {
    const look = (node, name) => {
      const found = retiredIn(name);
      if (found !== undefined)
        context.report({
          node,
          message: `'${found[0]}' in ${name} is a retired word: write '${found[1]}' (docs/glossary.md).`,
        });
    };
    return {
      Identifier: (node) => look(node, node.name),
      PrivateIdentifier: (node) => look(node, node.name),
      Literal(node) {
        if (typeof node.value === 'string' && /^MSG_[A-Z_]+$/.test(node.value)) look(node, node.value);
      },
    };
  },
};

/** As Channel of libs/contracts names them; test/architecture.spec.ts compares. */
export const channelNames = ['email', 'sms'];

const isChannelName = (node) => node?.type === 'Literal' && channelNames.includes(node.value);

/** An SMS is also a kind of text, beside MMS and WhatsApp: `kind === 'sms'` asks for that. */
const isKind = (node) => (node.type === 'MemberExpression' ? node.property : node).name === 'kind';

const namesAll = (names) => channelNames.every((channel) => names.includes(channel));
const keysOf = (members) => members.map(({ key }) => key?.name ?? key?.value);

const channelsByRegistry = {
  meta: { type: 'problem', docs: { description: 'What differs by channel stands in its row of the registry.' } },
  create(context) {
    const report = (node) =>
      context.report({
        node,
        message:
          'Only the registry tells channels apart: read the channel’s row, or Channel.options and perChannel ' +
          '(libs/contracts/src/channels.ts).',
      });
    return {
      BinaryExpression(node) {
        if (!['===', '!==', '==', '!='].includes(node.operator)) return;
        for (const [one, other] of [
          [node.left, node.right],
          [node.right, node.left],
        ])
          if (isChannelName(one) && !isKind(other)) report(node);
      },
      SwitchStatement(node) {
        if (!isKind(node.discriminant) && node.cases.some(({ test }) => isChannelName(test))) report(node);
      },
      ArrayExpression(node) {
        if (namesAll(node.elements.map((element) => element?.value))) report(node);
      },
      ObjectExpression(node) {
        if (namesAll(keysOf(node.properties))) report(node);
      },
      TSUnionType(node) {
        if (namesAll(node.types.map((type) => type.literal?.value))) report(node);
      },
      TSInterfaceBody(node) {
        if (namesAll(keysOf(node.body))) report(node);
      },
      TSTypeLiteral(node) {
        if (namesAll(keysOf(node.members))) report(node);
      },
    };
  },
};

const LONGEST_LINE = 120;

/** A regular expression cannot be broken; everything else can. */
const lineLength = {
  meta: { type: 'layout', docs: { description: `No line is longer than ${LONGEST_LINE} characters.` } },
  create(context) {
    const unbreakable = new Set();
    return {
      Literal(node) {
        if (node.regex) unbreakable.add(node.loc.start.line);
      },
      'Program:exit'() {
        context.sourceCode.lines.forEach((text, index) => {
          const length = [...text].length;
          if (length <= LONGEST_LINE || unbreakable.has(index + 1)) return;
          context.report({
            loc: { start: { line: index + 1, column: LONGEST_LINE }, end: { line: index + 1, column: text.length } },
            message: `A line of ${length} characters: break it, or put the data into a table (.prettierignore).`,
          });
        });
      },
    };
  },
};

export default {
  meta: { name: 'architecture' },
  rules: {
    'time-as-argument': timeAsArgument,
    'words-of-the-field': wordsOfTheField,
    'channels-by-registry': channelsByRegistry,
    'line-length': lineLength,
  },
};
