import type { DmErrorCode } from '../errors.js';
import type { RouteName } from '../wire/routes.js';

/** To the thread that reads long replies. The bytes are handed over, not copied. */
export type LargeReplyRequest =
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly route: RouteName;
      readonly bytes: ArrayBuffer;
      /** Of a list that is longer, all active entries and so many of the newest ended ones; all when it is left out. */
      readonly newest?: number;
    }
  | { readonly kind: 'more'; readonly id: number };

/** From that thread. Entries come in pieces, each when it is asked for, so that none holds up the thread that asks. */
export type LargeReplyMessage =
  | { readonly kind: 'entries'; readonly id: number; readonly entries: readonly unknown[] }
  | {
      readonly kind: 'end';
      readonly id: number;
      /** False: the reply is one object, the only entry. */
      readonly isList: boolean;
      /** So many entries the list had. */
      readonly total: number;
      readonly leftOut?: { readonly count: number; readonly reason: string };
    }
  | { readonly kind: 'failed'; readonly id: number; readonly code: DmErrorCode; readonly message: string };
