import type { DataManagement, DmChangeKind, DmChanges } from 'dm';

/** The first change of a kind that fits. */
export function changeOf<K extends DmChangeKind>(
  dm: DataManagement,
  kind: K,
  fits: (value: DmChanges[K]) => boolean = () => true,
): Promise<DmChanges[K]> {
  return new Promise((resolve) => {
    const stop = dm.changes.on(kind, (value) => {
      if (!fits(value)) return;
      stop();
      resolve(value);
    });
  });
}
