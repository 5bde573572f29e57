/**
 * Refuses timers of Node whose time is not a constant: what is computed or set by somebody may be longer than the 24.8
 * days that setTimeout can hold, and then fires at once. src/lib/base/timers.ts splits such a time. Refuses
 * AbortSignal.timeout too: what stands in AbortSignal.any() alone is collected as garbage and never fires.
 */
const CONSTANT = /^[A-Z][A-Z0-9_]*$/;

const isConstant = (node) =>
  node === undefined ||
  (node.type === 'Literal' && typeof node.value === 'number') ||
  (node.type === 'Identifier' && CONSTANT.test(node.name));

const isTimeoutSignal = ({ type, object, property }) =>
  type === 'MemberExpression' && object.name === 'AbortSignal' && property.name === 'timeout';

export const noLongTimers = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      long: 'This may be longer than setTimeout holds: base/timers.ts.',
      lost: 'This may be collected as garbage before it fires: timeoutSignal() of base/timers.ts.',
    },
  },
  create(context) {
    const sleeps = new Set();
    const check = (node, time) => {
      if (!isConstant(time)) context.report({ node, messageId: 'long' });
    };
    return {
      ImportDeclaration({ source, specifiers }) {
        if (source.value !== 'node:timers/promises') return;
        for (const { imported, local } of specifiers) if (imported?.name === 'setTimeout') sleeps.add(local.name);
      },
      CallExpression(node) {
        const { callee, arguments: given } = node;
        if (isTimeoutSignal(callee)) return context.report({ node, messageId: 'lost' });
        if (sleeps.has(callee.name)) return check(node, given[0]);
        if (callee.name === 'setTimeout' || callee.name === 'setInterval') check(node, given[1]);
      },
    };
  },
};
