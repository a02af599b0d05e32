import type { Provider, ProviderCall, SendResult } from '#libs/providers';
import { type Clock, systemClock } from '../clock.ts';

interface Waiting<M> {
  call: ProviderCall<M>;
  resolve: (result: SendResult) => void;
  reject: (error: unknown) => void;
}

interface Group<M> {
  members: Waiting<M>[];
  /** The group has been sent and takes no more messages. */
  gone: AbortController;
}

/**
 * Lets bulk messages that can share a call wait for each other for a moment, and sends them in one call. Never across
 * tenants, and never in other lanes, where no message should wait.
 */
export class Coalescer<M> {
  private readonly lingerMs: number;
  private readonly clock: Clock;
  private readonly groups = new Map<string, Group<M>>();
  private readonly shared = new WeakSet<SendResult>();

  /** @param lingerMs how long the first message of a group waits for others, in milliseconds; 0: each is sent alone */
  constructor(lingerMs: number, clock: Clock = systemClock) {
    this.lingerMs = lingerMs;
    this.clock = clock;
  }

  /** What messages must have in common to share a call; undefined: this one is sent alone. */
  keyOf(provider: Provider<M>, { message, reference: { lane } }: ProviderCall<M>): string | undefined {
    return this.lingerMs > 0 && lane === 'bulk' ? provider.batchKey(message) : undefined;
  }

  /**
   * @param shared the result of `keyOf`
   * @param onJoin called at once where the message joins the call of others, so that it is no call of its own
   */
  send(provider: Provider<M>, call: ProviderCall<M>, shared: string, onJoin?: () => void): Promise<SendResult> {
    const key = `${provider.name}/${call.reference.tenant}/${shared}`;
    return new Promise((resolve, reject) => {
      const open = this.groups.get(key);
      if (open) onJoin?.();
      const group = open ?? this.open(key, provider);
      group.members.push({ call, resolve, reject });
      if (group.members.length >= provider.batchLimit) this.close(key, provider, group);
    });
  }

  /** Whether a result is that of a call which carried other messages as well. */
  isShared(result: SendResult): boolean {
    return this.shared.has(result);
  }

  private open(key: string, provider: Provider<M>): Group<M> {
    const group: Group<M> = { members: [], gone: new AbortController() };
    this.groups.set(key, group);
    const close = () => this.close(key, provider, group);
    this.clock.wait(this.lingerMs, group.gone.signal).then(close, () => undefined);
    return group;
  }

  private close(key: string, provider: Provider<M>, group: Group<M>): void {
    if (this.groups.get(key) !== group) return;
    this.groups.delete(key);
    group.gone.abort();
    // A message that is too late must not delay the others: alone, it is refused before it is written.
    const [late, inTime] = parted(group.members, ({ call }) => !call.mayStillSend());
    for (const { call, resolve, reject } of late) provider.send(call).then(resolve, reject);
    if (inTime.length === 0) return;
    provider.sendBatch(inTime.map(({ call }) => call)).then(
      (results) => {
        if (inTime.length > 1) for (const result of results) this.shared.add(result);
        inTime.forEach(({ resolve }, index) => resolve(results[index]!));
      },
      (error: unknown) => inTime.forEach(({ reject }) => reject(error)),
    );
  }
}

function parted<T>(all: readonly T[], first: (one: T) => boolean): [T[], T[]] {
  const parts: [T[], T[]] = [[], []];
  for (const one of all) parts[first(one) ? 0 : 1].push(one);
  return parts;
}
