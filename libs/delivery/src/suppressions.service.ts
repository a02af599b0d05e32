import { type SuppressionChanged, suppressionKey, topics } from '#libs/contracts';
import type { Outgoing, Publisher } from '#libs/transport';

type Place = Pick<SuppressionChanged, 'channel' | 'recipient' | 'scope' | 'tenant'>;

/** A word about whether somebody may be written to. */
export type SuppressionWord = { suppress: SuppressionChanged } | { lift: Place };

/** Publishes who must not be written to any more, and who may be again. */
export class SuppressionsService {
  private readonly publisher: Pick<Publisher, 'publish'>;

  constructor(publisher: Pick<Publisher, 'publish'>) {
    this.publisher = publisher;
  }

  /** In their order, since the topic keeps the last word. @throws InfrastructureDown when Kafka cannot be reached; repeating is safe. */
  async record(words: readonly SuppressionWord[]): Promise<void> {
    await Promise.all(words.map((word) => this.publisher.publish(recordOf(word))));
  }
}

function recordOf(word: SuppressionWord): Outgoing {
  const topic = topics.suppressionChanged;
  if ('lift' in word) return { topic, key: suppressionKey(word.lift), value: null };
  return { topic, key: suppressionKey(word.suppress), value: word.suppress };
}
