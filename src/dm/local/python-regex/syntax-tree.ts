/** A text as Python has it: one number for each character. */
export type CodePoints = Uint32Array;

export type CharacterTest = (codePoint: number) => boolean;

/** A part of a regular expression, its flags worked in. Groups count from 1. */
export type SyntaxNode =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'position'; readonly holds: (text: CodePoints, at: number) => boolean }
  | { readonly kind: 'sequence'; readonly items: readonly SyntaxNode[] }
  | { readonly kind: 'branch'; readonly options: readonly SyntaxNode[] }
  | { readonly kind: 'group'; readonly index: number; readonly body: SyntaxNode }
  /** What the group found, each character compared after `fold`. */
  | { readonly kind: 'reference'; readonly index: number; readonly fold: (codePoint: number) => number }
  | Repeat
  | { readonly kind: 'atomic'; readonly body: SyntaxNode }
  /** `behind`: how far back it begins; 0 looks ahead. */
  | { readonly kind: 'look'; readonly behind: number; readonly negated: boolean; readonly body: SyntaxNode }
  | { readonly kind: 'conditional'; readonly index: number; readonly yes: SyntaxNode; readonly no: SyntaxNode };

export interface Repeat {
  readonly kind: 'repeat';
  readonly min: number;
  /** Infinity: no limit. */
  readonly max: number;
  readonly mode: 'greedy' | 'lazy' | 'possessive';
  readonly body: SyntaxNode;
}

/** A regular expression that was read. */
export interface Syntax {
  readonly root: SyntaxNode;
  readonly nGroups: number;
  readonly groupNames: ReadonlyMap<string, number>;
}
