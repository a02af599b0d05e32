import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { gauges } from './gauges.ts';
import { observe } from './observe.ts';

const NANOSECONDS = 1e9;

/**
 * Shows how busy this process is. Not OpenTelemetry's instrumentation package for it: that observes each garbage
 * collection, a hundred a second under load, where these values are read once for each export.
 * @returns ends it
 */
export function observeRuntime(): () => void {
  const delays = monitorEventLoopDelay();
  delays.enable();
  let before = performance.eventLoopUtilization();
  const only = (value: number) => [{ labels: {}, value }];
  const ends = [
    observe(gauges.eventLoopDelayP50, () => only(delays.percentile(50) / NANOSECONDS)),
    observe(gauges.eventLoopDelayP99, () => only(delays.percentile(99) / NANOSECONDS)),
    observe(gauges.eventLoopDelayMax, () => {
      const most = delays.max / NANOSECONDS;
      // Read last of the three: each export begins anew.
      delays.reset();
      return only(most);
    }),
    observe(gauges.eventLoopUtilization, () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return only(utilization);
    }),
    observe(gauges.heapUsed, () =>
      getHeapSpaceStatistics().map(({ space_name: space, space_used_size: used }) => ({
        labels: { 'v8js.heap.space.name': space },
        value: used,
      })),
    ),
    observe(gauges.memoryUsage, () => only(process.memoryUsage.rss())),
  ];
  return () => {
    delays.disable();
    for (const end of ends) end();
  };
}
