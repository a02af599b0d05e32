/**
 * Lint rules that only this architecture needs (docs/architecture.md, Walls). Plain JavaScript: the linter loads it as
 * it is.
 */

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

export default { meta: { name: 'architecture' }, rules: { 'time-as-argument': timeAsArgument } };
