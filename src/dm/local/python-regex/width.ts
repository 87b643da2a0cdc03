import type { SyntaxNode } from './syntax-tree.js';

/** The fewest and the most characters that something matches. */
export type Width = readonly [number, number];

/** @param widthOfGroup what a reference to the group matches */
export function widthOf(node: SyntaxNode, widthOfGroup: (index: number) => Width): Width {
  const of = (inner: SyntaxNode): Width => widthOf(inner, widthOfGroup);
  switch (node.kind) {
    case 'character':
      return [1, 1];
    case 'position':
    case 'look':
      return [0, 0];
    case 'sequence':
      return node.items.map(of).reduce(([low, high], [least, most]) => [low + least, high + most], [0, 0]);
    case 'branch':
      return either(node.options.map(of));
    case 'conditional':
      return either([of(node.yes), of(node.no)]);
    case 'group':
    case 'atomic':
      return of(node.body);
    case 'reference':
      return widthOfGroup(node.index);
    case 'repeat': {
      const [least, most] = of(node.body);
      return [least * node.min, most === 0 || node.max === 0 ? 0 : most * node.max];
    }
  }
}

function either(widths: readonly Width[]): Width {
  return [Math.min(...widths.map(([least]) => least)), Math.max(...widths.map(([, most]) => most))];
}
