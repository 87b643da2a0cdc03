/** Run user code from a native callback: what it throws becomes an uncaught exception, and costs nobody else an event. */
export function emitSafely(emit: () => void): void {
  try {
    emit();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
