import type { Provider, ProviderCall, SendResult } from '#libs/contracts';

interface Waiting<M> {
  call: ProviderCall<M>;
  resolve: (result: SendResult) => void;
  reject: (error: unknown) => void;
}

/**
 * Lets bulk messages that can share a call wait a moment for each other and go in one call of the provider.
 * Never across tenants, and never in the other lanes: there nobody waits for company.
 */
export class Coalescer<M> {
  private readonly lingerMs: number;
  private readonly groups = new Map<string, Waiting<M>[]>();

  /** @param lingerMs how long the first of a group waits for others, in milliseconds; 0: each goes alone */
  constructor(lingerMs: number) {
    this.lingerMs = lingerMs;
  }

  send(provider: Provider<M>, call: ProviderCall<M>): Promise<SendResult> {
    const { lane, tenant } = call.reference;
    const shared = this.lingerMs > 0 && lane === 'bulk' ? provider.togetherKey(call.message) : undefined;
    if (shared === undefined) return provider.send(call);
    const key = `${provider.name}/${tenant}/${shared}`;
    return new Promise((resolve, reject) => {
      const group = this.groups.get(key) ?? this.open(key, provider);
      group.push({ call, resolve, reject });
      if (group.length >= provider.togetherMost) this.close(key, provider, group);
    });
  }

  private open(key: string, provider: Provider<M>): Waiting<M>[] {
    const group: Waiting<M>[] = [];
    this.groups.set(key, group);
    setTimeout(() => this.close(key, provider, group), this.lingerMs);
    return group;
  }

  private close(key: string, provider: Provider<M>, group: Waiting<M>[]): void {
    if (this.groups.get(key) !== group) return;
    this.groups.delete(key);
    // One that came too late must not hold the others back: alone it is refused before it is written.
    for (const late of group.filter(({ call }) => !call.mayStart())) {
      group.splice(group.indexOf(late), 1);
      provider.send(late.call).then(late.resolve, late.reject);
    }
    if (group.length === 0) return;
    provider.sendTogether(group.map(({ call }) => call)).then(
      (results) => group.forEach(({ resolve }, index) => resolve(results[index]!)),
      (error: unknown) => group.forEach(({ reject }) => reject(error)),
    );
  }
}
