/**
 * The machine's ceiling: a bare loop over an undici pool. No Kafka, no ledger, no events, no validation, no tracing.
 */
import { tell } from '../foundation/tell.ts';
import { loop } from './loop.ts';
import { onGo, order } from './order.ts';
import { providerPool } from './provider-pool.ts';

const send = providerPool(order.providerUrl, order.inFlight);
onGo(() => loop(order.messages, order.inFlight, send));
tell({ kind: 'ready' });
