import { type IncomingRecord, recordIdOf } from '#libs/transport';
import type { Origin } from './decode.ts';

/** The part of a Kafka record that a delivery needs. */
export const originOf = (record: IncomingRecord): Origin => ({
  source: recordIdOf(record),
  position: Number(record.offset),
  lane: record.lane,
  timestamp: record.timestamp,
  key: record.key,
});
