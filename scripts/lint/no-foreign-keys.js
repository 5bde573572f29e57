import ts from 'typescript';

const WHY =
  'A text that is no known word may be `constructor` or `__proto__`: ' +
  'ask own() of src/lib/base/own.ts, Object.hasOwn() or a Map, or narrow the key to known words.';

const ANY_TEXT = ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.Any | ts.TypeFlags.Unknown;

/**
 * Forbids to ask an object for a key that may be any text: its prototype answers for `constructor`, and `__proto__` sets
 * it. Literals, unions of literals and numbers are known words; what a Map or own() answers belongs to the object itself.
 */
export const noForeignKeys = {
  meta: { type: 'problem', schema: [], messages: { foreign: WHY } },
  create(context) {
    const { esTreeNodeToTSNodeMap, program } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const report = (node) => context.report({ node, messageId: 'foreign' });
    const check = (node) => {
      if (node.type === 'PrivateIdentifier') return;
      if (mayBeAnyText(checker, checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node)))) report(node);
    };
    return {
      'MemberExpression[computed=true] > .property': check,
      'BinaryExpression[operator="in"] > .left': check,
      'ObjectPattern > Property[computed=true] > .key': check,
      ForInStatement: report,
      'CallExpression[callee.object.name="Object"][callee.property.name="assign"]': report,
      'CallExpression[callee.object.name="Reflect"][callee.property.name=/^(get|set|has)$/]': report,
    };
  },
};

/** `string`, a pattern of one, a union with a string in it, and what nobody knows. */
function mayBeAnyText(checker, type) {
  if (type.isUnion()) return type.types.some((one) => mayBeAnyText(checker, one));
  if (type.isTypeParameter()) return mayBeAnyText(checker, checker.getBaseConstraintOfType(type) ?? type);
  return (type.flags & ANY_TEXT) !== 0;
}
