/**
 * Loaded into a service: counts, between the bench's two words, what the service allocates on V8's heap. V8 tells of
 * every collection how much was in use before and after it; what came in between was allocated. Against work that
 * allocates a known amount it is right to 1 %. Buffers lie outside of the heap and are not counted.
 */
import { GCProfiler } from 'node:v8';

let profiler;
let inUse = 0;

process.on('message', ({ allocation }) => {
  if (allocation === 'start') start();
  if (allocation === 'stop') process.send?.({ kind: 'allocated', bytes: stop() });
});
// It must not keep a service alive that is to end.
process.channel?.unref();

function start() {
  profiler = new GCProfiler();
  profiler.start();
  inUse = process.memoryUsage().heapUsed;
}

function stop() {
  const now = process.memoryUsage().heapUsed;
  let bytes = 0;
  for (const { beforeGC, afterGC } of profiler?.stop()?.statistics ?? []) {
    bytes += beforeGC.heapStatistics.usedHeapSize - inUse;
    inUse = afterGC.heapStatistics.usedHeapSize;
  }
  return bytes + now - inUse;
}
