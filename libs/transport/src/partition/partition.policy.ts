import type { ICustomPartitioner } from 'kafkajs';

/**
 * Partitions as Java's clients do: a key has one partition, whichever client writes it; without a key, partitions
 * rotate. kafkajs's own partitioner gives the same results (a test compares), but calculates in BigInt: 6 µs a key
 * instead of 0.6.
 */
export const keyPartitioner: ICustomPartitioner = () => {
  let turn = 0;
  return ({ partitionMetadata, message }) => {
    const { key, partition } = message;
    if (partition !== null && partition !== undefined) return partition;
    if (key !== null && key !== undefined)
      return (murmur2(Buffer.isBuffer(key) ? key : Buffer.from(String(key))) & 0x7fffffff) % partitionMetadata.length;
    const led = partitionMetadata.filter(({ leader }) => leader >= 0);
    const among = led.length > 0 ? led : partitionMetadata;
    turn = (turn + 1) % among.length;
    return among[turn]!.partitionId;
  };
};

const M = 0x5bd1e995;

/** The hash of Kafka's Java client (org.apache.kafka.common.utils.Utils.murmur2), a signed 32-bit integer. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const whole = length & ~3;
  let h = 0x9747b28c ^ length;
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24), M);
    k = Math.imul(k ^ (k >>> 24), M);
    h = Math.imul(h, M) ^ k;
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at -= 1) h ^= data[at]! << (8 * (at - whole));
    h = Math.imul(h, M);
  }
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}
