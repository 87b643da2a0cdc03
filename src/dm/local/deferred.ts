/** A promise with its two ends (`Promise.withResolvers`, which Node 20 lacks). */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Somebody may have stopped waiting; a rejection then is nobody's fault.
    this.promise.catch(() => undefined);
  }
}
