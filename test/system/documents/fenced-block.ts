/** One block of commands, code or output of a page. */
export interface FencedBlock {
  /** The page and the line of the block's first fence, for messages. */
  readonly place: string;
  /** The first word after the fence; empty: what the block before it prints. */
  readonly language: string;
  /** What follows it: `exit=1`, `skip="needs root"`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

const FENCED = /^(?<indent> *)```(?<info>[^\n`]*)\n(?<text>.*?)^ *```$/gmsu;

/** All fenced blocks of a page of Markdown. */
export function fencedBlocks(page: string, markdown: string): FencedBlock[] {
  return [...markdown.matchAll(FENCED)].map(({ index, groups }) => {
    const info = groups?.['info']?.trim() ?? '';
    const attributes = [...info.matchAll(/(?<name>\w+)=(?:"(?<quoted>[^"]*)"|(?<plain>\S+))/gu)].map(
      (match) => [match.groups?.['name'] ?? '', match.groups?.['quoted'] ?? match.groups?.['plain'] ?? ''] as const,
    );
    return {
      place: `${page}:${markdown.slice(0, index).split('\n').length}`,
      language: /^[\w+-]*/u.exec(info)?.[0] ?? '',
      attributes: Object.fromEntries(attributes),
      text: (groups?.['text'] ?? '').replaceAll(new RegExp(`^${groups?.['indent'] ?? ''}`, 'gmu'), ''),
    };
  });
}
