/** Services that must not be started for now: their schema is being restored. */
export class HeldServices {
  private readonly held = new Map<string, Promise<void>>();

  has(service: string): boolean {
    return this.held.has(service);
  }

  /** @returns lets them be started again */
  hold(services: readonly string[]): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const service of services) this.held.set(service, promise);
    return () => {
      for (const service of services) this.held.delete(service);
      resolve();
    };
  }

  /** Resolves as soon as the service may be started, or its supervisor stops. */
  async untilLetGo(service: string, stopping: AbortSignal): Promise<void> {
    const held = this.held.get(service);
    if (!held || stopping.aborted) return;
    const stopped = Promise.withResolvers<void>();
    stopping.addEventListener('abort', () => stopped.resolve(), { once: true });
    await Promise.race([held, stopped.promise]);
  }
}
